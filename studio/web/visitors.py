"""Visitors of a public demonstration: each gets an owner of their own by a signed cookie, and sees only their own data.

The owner check itself is the session's: this only says whose request is being answered.
"""

import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.web.cookies import Cookie

VISITOR = "studio.visitor"
"""Where a request's scope holds its Visitor."""


@dataclass(frozen=True)
class Visitor:
    """known: the request brought the cookie, so the browser keeps it."""

    owner: str
    known: bool


_current: ContextVar[Visitor | None] = ContextVar("visitor", default=None)


def current() -> Visitor:
    """Whose request is being answered. Outside of every request: somebody new, who has nothing and whom nobody sees."""
    return _current.get() or Visitor(_new(), known=False)


class Visitors:
    """Pure ASGI. A page that is opened gets the cookie; a request without it is answered as to somebody new."""

    def __init__(self, app: ASGIApp, cookie: Cookie) -> None:
        self.app = app
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            owner = self._cookie.read(scope)
            visitor = Visitor(owner or _new(), known=owner is not None)
            scope[VISITOR] = visitor
            _current.set(visitor)
            # A page's many small requests must not each bring home another identity.
            if "text/html" in Headers(scope=scope).get("accept", ""):
                send = self._cookie.send(scope, send, visitor.owner)
        await self.app(scope, receive, send)


def _new() -> str:
    return f"visitor-{secrets.token_hex(16)}"
