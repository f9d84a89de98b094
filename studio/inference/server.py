"""The OpenAI-compatible HTTP side of an engine. Building the engine and listening are serve.py's."""

import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from anyio import create_task_group, to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.errors import StudioError
from studio.inference.engines import Answering
from studio.inference.generation import Generation
from studio.inference.wire import DONE, ChatRequest, Reply, error_body, event, studio_error, validation_error

OPEN = ("/healthz",)
log = logging.getLogger(__name__)


class Activity:
    """Whether anybody uses the server; health questions do not count."""

    def __init__(self) -> None:
        self._active = 0
        self._last = time.monotonic()

    def __enter__(self) -> None:
        self._active += 1

    def __exit__(self, *_: object) -> None:
        self._active -= 1
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        return 0.0 if self._active else time.monotonic() - self._last


class Gate:
    """Outermost layer: lets nobody past without the bearer token, and counts who is inside."""

    def __init__(self, app: ASGIApp, token: str, activity: Activity) -> None:
        self._app = app
        self._token = token.encode()
        self._activity = activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            body = error_body(
                "The key is missing or wrong. Send the key of this server as a bearer token.",
                "authentication_error",
                code="invalid_api_key",
            )
            await JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        with self._activity:
            await self._app(scope, receive, send)


def create_app(engine: Answering, token: str, activity: Activity) -> FastAPI:
    """The application: /healthz (open), /v1/models and /v1/chat/completions (bearer token)."""
    # No generated documentation: its pages load scripts from elsewhere.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Gate, token=token, activity=activity)
    _map_errors(app)
    started = int(time.time())

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        data = [{"id": name, "object": "model", "created": started, "owned_by": "studio"} for name in engine.models]
        return {"object": "list", "data": data}

    @app.post("/v1/chat/completions")
    async def chat(body: ChatRequest, request: Request) -> Response:
        unsupported = body.unsupported()
        if unsupported:
            text = f"This server does not support {unsupported}. Leave it out."
            return JSONResponse(error_body(text, "invalid_request_error", unsupported), 400)
        messages = [turn.message() for turn in body.messages]
        start = partial(engine.stream, body.model, messages, body.temperature, body.limit)
        answer = await to_thread.run_sync(start)
        reply = Reply(body.model, answer)
        if not body.stream:
            return await _whole(request, answer, reply)
        usage = bool(body.stream_options and body.stream_options.include_usage)
        # The background task also runs when the client left before the first piece was asked for.
        return StreamingResponse(
            _events(answer, reply, usage),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            background=BackgroundTask(answer.close),
        )

    return app


async def _whole(request: Request, answer: Generation, reply: Reply) -> Response:
    text: list[str] = []

    async with create_task_group() as tasks:

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch)
        text = [piece async for piece in _pieces(answer)]
        tasks.cancel_scope.cancel()
    if answer.finish_reason is None:
        return Response(status_code=499)  # nobody is there to read it
    return JSONResponse(reply.whole("".join(text)))


async def _events(answer: Generation, reply: Reply, usage: bool) -> AsyncIterator[bytes]:
    yield reply.first()
    try:
        async for piece in _pieces(answer):
            yield reply.piece(piece)
    except Exception:
        # The status is already sent: the error can only be a last event.
        log.exception("generation failed")
        yield event(error_body("The model failed in the middle of its answer. Ask again.", "server_error"))
        return
    yield reply.last()
    if usage:
        yield reply.usage_chunk()
    yield DONE


async def _pieces(answer: Generation) -> AsyncIterator[str]:
    try:
        while (piece := await to_thread.run_sync(next, answer, None, abandon_on_cancel=True)) is not None:
            yield piece
    finally:
        answer.close()


def _map_errors(app: FastAPI) -> None:
    Handler = Callable[[Request, Any], Awaitable[Response]]  # noqa: N806  (a type)

    async def ours(_: Request, error: StudioError) -> Response:
        status, body = studio_error(error)
        return JSONResponse(body, status)

    async def invalid(_: Request, error: RequestValidationError) -> Response:
        # 400, as OpenAI answers; FastAPI's own would be 422.
        return JSONResponse(validation_error(error.errors()), 400)

    async def other(_: Request, error: HTTPException) -> Response:
        return JSONResponse(error_body(str(error.detail), "invalid_request_error"), error.status_code)

    async def unexpected(_: Request, error: Exception) -> Response:
        text = "The server failed at this request. Its log says more."
        return JSONResponse(error_body(text, "server_error"), 500)

    handlers: dict[type[Exception], Handler] = {
        StudioError: ours,
        RequestValidationError: invalid,
        HTTPException: other,
        Exception: unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
