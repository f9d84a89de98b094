"""Faults of the stand-in, scripted one by one: what goes wrong with which request, how often, and how it looks on the
wire. A fault sits in front of the application and cuts real connections."""

import asyncio
import socket
import struct
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[Any, Any] = {}

ERRORS: dict[str, tuple[int, str, str, str | None]] = {
    "401": (401, "Incorrect API key provided: sk-****.", "invalid_request_error", "invalid_api_key"),
    "403": (
        403,
        "Fine-tuning is no longer available for this organization.",
        "invalid_request_error",
        "training_not_available",
    ),
    "404": (404, "No such object.", "invalid_request_error", "not_found"),
    "400": (400, "Invalid value for hyperparameters.n_epochs.", "invalid_request_error", "invalid_value"),
    "402": (429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
    "429": (429, "Rate limit reached.", "requests", "rate_limit_exceeded"),
    "500": (500, "The server had an error while processing your request.", "server_error", None),
    "503": (503, "The engine is currently overloaded.", "server_error", None),
}


@dataclass
class Fault:
    """kind: an entry of ERRORS, or reset_before, reset_after (the work is done, the answer lost), late (the connection
    is cut at once, the work done `seconds` later), hang (silence for `seconds`, then cut), half_upload (half of the
    file is kept), half_lost (nothing is), redirect (to `target`), garbage (a page of HTML), echo (an error that says
    the key aloud). path: how the path after /v1 begins. skip: so many such requests go well first."""

    kind: str
    method: str = "POST"
    path: str = "/"
    times: int = 1
    skip: int = 0
    seconds: float = 0.2
    retry_after: str | None = None
    target: str = ""

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and method == self.method and path.removeprefix("/v1").startswith(self.path)


@dataclass
class Script:
    """The faults still to come, and every request that arrived: (method, path, headers)."""

    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, method: str = "POST", path: str = "/", **more: Any) -> None:
        with self.lock:
            self.faults.append(Fault(kind, method, path, **more))

    def take(self, method: str, path: str, headers: dict[str, str]) -> Fault | None:
        with self.lock:
            self.seen.append((method, path, headers))
            for fault in self.faults:
                if fault.fits(method, path):
                    if fault.skip:
                        fault.skip -= 1
                        return None
                    fault.times -= 1
                    return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.faults]


class CuttingProtocol(H11Protocol):
    """uvicorn's own, with the connection in reach so that a fault can cut it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        _open[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _open.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(exc)


def cut(scope: dict[str, Any]) -> None:
    """Resets the connection of this request."""
    transport = _open.get(tuple(scope["client"]))
    if transport is not None:
        # Linger of zero seconds makes the system send a reset, not a goodbye.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


class Faulty:
    """Middleware that plays the script, and refuses whoever has no key that begins as it should."""

    def __init__(self, app: Any, script: Script, keep_half: Any, key: str) -> None:
        self.app = app
        self.key = key
        self.script = script
        self.keep_half = keep_half

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        fault = self.script.take(scope["method"], scope["path"], headers)
        if fault is None and not headers.get("authorization", "").startswith(f"Bearer {self.key}"):
            fault = Fault("401")
        if fault is None:
            await self.app(scope, receive, send)
            return
        answer = _answer(fault, headers)
        if answer is not None:
            await answer(scope, receive, send)
        else:
            await self._break(fault, scope, receive)

    async def _break(self, fault: Fault, scope: dict[str, Any], receive: Any) -> None:
        if fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "reset_after":
            await self.app(scope, receive, _nowhere)
        elif fault.kind == "late":
            body = await _body(receive)
            cut(scope)
            await asyncio.sleep(fault.seconds)
            await self.app(scope, _again(body), _nowhere)
        elif fault.kind in ("half_upload", "half_lost"):
            half = await _body(receive, share=0.5)
            if fault.kind == "half_upload":
                self.keep_half(half)
        cut(scope)


def _answer(fault: Fault, headers: dict[str, str]) -> Response | None:
    if fault.kind in ERRORS:
        status, message, kind, code = ERRORS[fault.kind]
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        more = {"Retry-After": fault.retry_after} if fault.retry_after is not None else {}
        return JSONResponse(body, status, headers=more)
    if fault.kind == "redirect":
        return RedirectResponse(fault.target, 307)
    if fault.kind == "garbage":
        return PlainTextResponse("<html><body>Welcome to the proxy</body></html>", media_type="text/html")
    if fault.kind == "echo":
        said = headers.get("authorization", "").removeprefix("Bearer ")
        body = {"error": {"message": f"Wrong key {said}", "type": "invalid_request_error", "param": None, "code": said}}
        return JSONResponse(body, 400)
    return None


async def _nowhere(message: dict[str, Any]) -> None:
    """The answer that nobody gets."""


async def _body(receive: Any, share: float = 1.0) -> bytes:
    """The request's body; with a share less than 1 its beginning alone."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or message["type"] == "http.disconnect":
            return body[: int(len(body) * share)]


def _again(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
