"""/v1: the tuned models of this studio for any program that speaks the OpenAI protocol.

A model is called by its run's id; RUN:base is its base model. The inference process answers; this door finds it (or
starts it) and passes requests and streams through.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.errors import BusyError, NotFoundError, StudioError
from studio.session import Session

BASE = ":base"


def openai_routes(session: Session) -> list[Route]:
    async def models(request: Request) -> Response:
        runs = await run_in_threadpool(session.runs.list, None, "train")
        # What a provider holds is paid for by the answer; this door gives away what is on this machine alone.
        usable = [run for run in runs if run.state.checkpoints and run.kind == "train"]
        listed = [
            {"id": run.id + suffix, "object": "model", "created": int(run.created.timestamp()), "owned_by": "studio"}
            for run in usable
            for suffix in ("", BASE)
        ]
        return JSONResponse({"object": "list", "data": listed})

    async def completions(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
            name = body["model"] if isinstance(body, dict) else None
            if not isinstance(name, str):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            return _error(400, "The request is no JSON object with a model.", "model")
        side = "base" if name.endswith(BASE) else "tuned"
        try:
            endpoint = await run_in_threadpool(session.chats.open, name.removesuffix(BASE))
        except NotFoundError as error:
            return _error(404, str(error), "model")
        except BusyError as error:
            return _error(503, str(error), None)
        except StudioError as error:
            return _error(409, str(error), None)
        return await _pass_on(endpoint.base_url, endpoint.api_key, {**body, "model": side})

    return [Route("/v1/models", models), Route("/v1/chat/completions", completions, methods=["POST"])]


async def _pass_on(base_url: str, key: str, body: dict[str, Any]) -> Response:
    client = httpx.AsyncClient(timeout=httpx.Timeout(10, read=None))
    request = client.build_request(
        "POST", f"{base_url.rstrip('/')}/chat/completions", json=body, headers={"Authorization": f"Bearer {key}"}
    )
    try:
        answer = await client.send(request, stream=True)
    except httpx.HTTPError:
        await client.aclose()
        return _error(503, "The model's process does not answer. Try again in a moment.", None)

    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in answer.aiter_bytes():
                yield piece
        finally:
            await answer.aclose()
            await client.aclose()

    kind = answer.headers.get("content-type", "application/json")
    return StreamingResponse(pieces(), status_code=answer.status_code, media_type=kind)


def _error(status: int, message: str, param: str | None) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return JSONResponse({"error": {"message": message, "type": kind, "param": param, "code": None}}, status)
