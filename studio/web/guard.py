"""Middleware in front of everything: only our own host names, only our own origin for what changes things.

Without it a foreign web page could reach a studio on this machine through the visitor's browser (DNS rebinding, CSRF).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Pure ASGI, so that streams pass through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = self._refusal(scope["method"], Headers(scope=scope))
            if refusal:
                await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = urlsplit("//" + headers.get("host", ""))
        if host.hostname not in LOOPBACK:
            return "This studio answers only on this machine. Open it as http://127.0.0.1 with its port."
        origin = headers.get("origin")
        if origin and method not in SAFE and urlsplit(origin).netloc != host.netloc:
            return "This request comes from another web page, so it was refused."
        return None
