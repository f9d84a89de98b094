"""Middleware in front of everything: only the host names that are ours, only our own pages, no file by its path.

Without it a foreign web page could reach the studio through a visitor's browser (DNS rebinding, CSRF, and Gradio's CORS
headers, which let any origin read), and whoever knows the path of an upload could fetch it.
"""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
FILES = ("/gradio_api/file=", "/gradio_api/file/")
LONGEST_NAME = 253


class Guard:
    """Pure ASGI, so that streams pass through untouched. hosts: names, without ports, that are the studio's."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] = LOOPBACK) -> None:
        self.app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = self._refusal(scope["path"], Headers(scope=scope))
            if refusal:
                await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> str | None:
        host = headers.get("host", "").lower()
        name = host if host in self._hosts else host.rpartition(":")[0].strip("[]")
        if name not in self._hosts:
            return self._not_under(host)
        origin = headers.get("origin")
        if origin and origin.lower().partition("://")[2] != host:
            return "This request comes from another web page, so it was refused."
        if path.startswith(FILES):
            return "Files are not handed out by their path. Use the page's own downloads."
        return None

    def _not_under(self, name: str) -> str:
        if self._hosts == LOOPBACK:
            return "This studio answers only on this machine. Open it as http://127.0.0.1 with its port."
        return (
            f"This studio does not answer under the name {name[:LONGEST_NAME]}. Whoever runs it can allow it with "
            "STUDIO_ALLOWED_HOSTS."
        )
