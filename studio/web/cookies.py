"""Signed cookies: what a browser keeps for the studio and cannot change.

Signed with HMAC-SHA256 under the studio's secret (STUDIO_SECRET, or one made once and kept in the home folder).
"""

import hmac
import os
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import Message, Scope, Send

from studio.errors import StorageError
from studio.session import lock
from studio.settings import Settings

MONTH_SECONDS = 30 * 24 * 3600


def secret(settings: Settings) -> str:
    """The secret in force; the first call for a home without one makes it, readable to its owner alone."""
    if settings.secret:
        return settings.secret
    path = settings.home / "secret"
    with lock.hold(settings.home):
        try:
            if not path.exists():
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(secrets.token_urlsafe(32))
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"The secret in {path} cannot be read or written ({error.strerror or error}).",
                "Check the rights of the home folder, or set STUDIO_SECRET.",
            ) from error


class Cookie:
    """One signed cookie. framed: it is kept inside a frame of another site too, as Hugging Face shows a Space."""

    def __init__(self, name: str, key: str, *, framed: bool = False) -> None:
        self._name = name
        self._key = key.encode()
        self._framed = framed

    def read(self, scope: Scope) -> str | None:
        """The value that came with the request; None without one, and for one that was not signed here."""
        for header in Headers(scope=scope).getlist("cookie"):
            signed = cookie_parser(header).get(self._called(scope), "")
            value, dot, tag = signed.rpartition(".")
            if dot and hmac.compare_digest(tag.encode(), self._tag(value).encode()):
                return value
        return None

    def send(self, scope: Scope, send: Send, value: str) -> Send:
        """`send`, but with this cookie set by the answer."""
        text = self.header(scope, value)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", text)
            await send(message)

        return with_cookie

    def header(self, scope: Scope, value: str) -> str:
        """The text of the Set-Cookie header. value: letters, digits and dashes."""
        same_site = "SameSite=Lax"
        if secure(scope):
            same_site = "Secure; SameSite=None; Partitioned" if self._framed else "Secure; SameSite=Lax"
        signed = f"{value}.{self._tag(value)}"
        return f"{self._called(scope)}={signed}; Path=/; Max-Age={MONTH_SECONDS}; HttpOnly; {same_site}"

    def _called(self, scope: Scope) -> str:
        # With this prefix a browser takes the cookie from this very host alone, not from a neighbour on its domain.
        return f"__Host-{self._name}" if secure(scope) else self._name

    def _tag(self, value: str) -> str:
        return hmac.new(self._key, f"{self._name}={value}".encode(), "sha256").hexdigest()


def secure(scope: Scope) -> bool:
    """Whether the browser speaks HTTPS, to us or to the proxy before us."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return str(scope["scheme"]) == "https" or forwarded.split(",")[0].strip() == "https"
