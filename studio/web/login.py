"""The password before everything else: one password for a team, asked once and remembered by a signed cookie.

Programs send it as a bearer token instead. Health stays open, for those who only watch over the process.
"""

import hashlib
import hmac
import math
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.web.cookies import MONTH_SECONDS, Cookie

# Gradio asks for its own start-up once, from this machine; the answer says nothing.
OPEN = ("/healthz", "/gradio_api/startup-events")
LONGEST_FORM = 4096
FREE_TRIES = 3
LONGEST_WAIT = 60.0
REMEMBERED = 1000
PAGE = Template((Path(__file__).parent / "login.html").read_text(encoding="utf-8"))
HAPPENED = "This studio is behind a password."
REMEDY = "Open its page and log in, or send the password as bearer token."
WRONG = "This is not the password. Try again."
SLOWER = "Too many wrong tries. Wait {seconds} seconds, then try again."


class Patience:
    """Slows guessing: after a few wrong tries from one address each further one doubles the wait before the next."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[str, tuple[int, float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until this address may try again."""
        _, until = self._tries.get(address, (0, 0.0))
        return max(0.0, until - self._clock())

    def wrong(self, address: str) -> None:
        count = self._tries.pop(address, (0, 0.0))[0] + 1
        if len(self._tries) >= REMEMBERED:
            del self._tries[next(iter(self._tries))]
        pause = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT) if count >= FREE_TRIES else 0.0
        self._tries[address] = (count, self._clock() + pause)

    def right(self, address: str) -> None:
        self._tries.pop(address, None)


class Login:
    """Pure ASGI. cookie: signed with a key that changes with the password, so that a new password ends every login."""

    def __init__(self, app: ASGIApp, password: str, cookie: Cookie, patience: Patience) -> None:
        self.app = app
        self._password = _digest(password.encode())
        self._cookie = cookie
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        if (scope["path"], scope["method"]) == ("/login", "POST"):
            given = parse_qs(await _body(Request(scope, receive)), keep_blank_values=True).get("password", [""])[0]
            if (refusal := self._try(scope, given.encode())) is None:
                send = self._cookie.send(scope, send, str(int(time.time())))
                await RedirectResponse("./", status_code=303)(scope, receive, send)
            else:
                await _page(scope, *refusal)(scope, receive, send)
            return
        refusal = self._stranger(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif "text/html" in Headers(scope=scope).get("accept", ""):
            await _page(scope, *refusal)(scope, receive, send)
        else:
            await _told(*refusal)(scope, receive, send)

    def _stranger(self, scope: Scope) -> tuple[int, str] | None:
        """None for who may come in, else the status and the sentence that a login page adds."""
        since = self._cookie.read(scope)
        if since is not None and time.time() - int(since) < MONTH_SECONDS:
            return None
        kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        # Starlette reads headers as Latin-1; the bytes are what was sent.
        return self._try(scope, token.strip().encode("latin-1")) if kind.lower() == "bearer" else (401, "")

    def _try(self, scope: Scope, given: bytes) -> tuple[int, str] | None:
        address = str((scope.get("client") or ("",))[0])
        wait = self._patience.wait(address)
        if wait > 0:
            return 429, SLOWER.format(seconds=math.ceil(wait))
        if hmac.compare_digest(_digest(given), self._password):
            self._patience.right(address)
            return None
        self._patience.wrong(address)
        return 401, WRONG


def _page(scope: Scope, status: int, sentence: str) -> Response:
    alert = f'<p class="alert" role="alert">{escape(sentence)}</p>' if sentence else ""
    # Relative, because a proxy may have put the studio below a path of its own.
    action = "../" * (str(scope["path"]).count("/") - 1) + "login"
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    }
    return HTMLResponse(PAGE.substitute(action=action, alert=alert), status, headers)


def _told(status: int, sentence: str) -> Response:
    """In our own shape and in the one that OpenAI clients read."""
    happened = sentence or HAPPENED
    error = {"message": f"{happened} {REMEDY}", "type": "authentication_error", "param": None, "code": None}
    return JSONResponse({"happened": happened, "remedy": REMEDY, "error": error}, status)


async def _body(request: Request) -> str:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            break
    return body[:LONGEST_FORM].decode("utf-8", errors="replace")


def _digest(password: bytes) -> bytes:
    return hashlib.sha256(password).digest()
