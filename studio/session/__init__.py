"""The session engine: one public method per user action, one module per noun, shared by page, command line and HTTP.

`Session` is loaded when it is asked for: `studio check` and `studio --help` need neither the database nor its library.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.session.engine import Session

__all__ = ["Session"]


def __getattr__(name: str) -> object:
    if name == "Session":
        from studio.session.engine import Session

        return Session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
