"""A file per shape of rows. A new shape is one module here and one line in FORMATS.

A format is a module with NAME, TITLE, KEYS (needed in every row), EXAMPLE (one line), detect(row), parse(row, line,
log) -> Example or None with its findings in the log, and field(place), the path of the n-th turn's text.
"""

from typing import Any, Protocol

from studio.data.formats import chat, prompt_completion
from studio.data.log import Log
from studio.data.values import Example


class Format(Protocol):
    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the module

    @property
    def TITLE(self) -> str: ...  # noqa: N802

    @property
    def KEYS(self) -> tuple[str, ...]: ...  # noqa: N802

    @property
    def EXAMPLE(self) -> str: ...  # noqa: N802

    def detect(self, row: dict[str, Any]) -> bool: ...

    def parse(self, row: dict[str, Any], line: int, log: Log) -> Example | None: ...

    def field(self, place: int) -> str: ...


FORMATS: tuple[Format, ...] = (chat, prompt_completion)


def format_of(row: dict[str, Any]) -> Format | None:
    """The format this row has, by its keys."""
    return next((shape for shape in FORMATS if shape.detect(row)), None)
