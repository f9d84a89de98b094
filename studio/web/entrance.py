"""What every request passes before it reaches the page or a route, and where the page may listen at all."""

import hashlib

from starlette.middleware import Middleware

from studio.errors import UsageError
from studio.settings import Settings
from studio.web.cookies import Cookie, secret
from studio.web.guard import LOOPBACK, Guard
from studio.web.login import Login, Patience
from studio.web.visitors import Visitors

EVERYWHERE = "0.0.0.0"


def check_listening(settings: Settings) -> None:
    """UsageError when the page would be open to other machines without a password and without being a demonstration."""
    if settings.host in LOOPBACK or settings.password or settings.space:
        return
    raise UsageError(
        f"The page was to listen on {settings.host}, where other machines reach it, but it has no password.",
        "Set STUDIO_PASSWORD, or leave STUDIO_HOST out so that the page opens on this machine only.",
        field="host",
    )


def middleware(settings: Settings) -> list[Middleware]:
    """The guard, then the password if there is one, then the visitor's cookie in a public demonstration."""
    passed = [Middleware(Guard, hosts=allowed_hosts(settings))]
    if settings.password:
        key = f"{secret(settings)}:{hashlib.sha256(settings.password.encode()).hexdigest()}"
        cookie = Cookie("studio-login", key)
        passed.append(Middleware(Login, password=settings.password, cookie=cookie, patience=Patience()))
    if settings.space:
        passed.append(Middleware(Visitors, cookie=Cookie("studio-visitor", secret(settings), framed=True)))
    return passed


def allowed_hosts(settings: Settings) -> tuple[str, ...]:
    """The names, without ports, under which the page answers."""
    named = [name.strip().lower() for name in settings.allowed_hosts.split(",")]
    own = [] if settings.host == EVERYWHERE else [settings.host]
    return tuple(dict.fromkeys([*LOOPBACK, *own, *filter(None, named)]))
