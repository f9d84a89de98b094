"""A stand-in for a hosted tuning service that speaks the OpenAI protocol: a real server on loopback.

In a test: `with serving() as fake:`; by hand: `make fake-openai`, then give the Hosted card the address it prints and
any key that begins with sk-. Its parts: openai_routes (what it answers), openai_world (what it keeps), openai_course
(how jobs go on), openai_chat, openai_faults.
"""

import argparse
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.fakes import openai_routes as routes
from tests.fakes.openai_chat import completion
from tests.fakes.openai_faults import CuttingProtocol, Faulty, Script
from tests.fakes.openai_world import Course, World


def application(world: World, script: Script, key: str = "sk-") -> FastAPI:
    """key: every key that begins so is accepted."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Faulty, script=script, keep_half=lambda half: routes.keep_half(world, half), key=key)
    app.add_exception_handler(routes.Refusal, lambda request, refusal: refusal.answer)

    for part in (routes.files, routes.uploads, routes.jobs, routes.checkpoints, routes.models):
        part(app, world)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        return completion(world, await request.json(), routes.Refusal)

    @app.post("/faults")
    async def add_fault(request: Request) -> Any:
        script.add(**(await request.json()))
        return script.as_json()

    @app.post("/course")
    async def set_course(request: Request) -> Any:
        world.course = Course(**(await request.json()))
        return {"paid": world.paid}

    return app


@dataclass
class Fake:
    """A running stand-in."""

    address: str
    world: World = field(default_factory=World)
    script: Script = field(default_factory=Script)

    def keys_seen(self) -> set[str]:
        return {headers.get("authorization", "") for _, _, headers in self.script.seen}


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[Fake]:
    """The stand-in on a free port of 127.0.0.1, in a thread of this process."""
    sock = socket.create_server(("127.0.0.1", port))
    fake = Fake(f"http://127.0.0.1:{sock.getsockname()[1]}/v1")
    # Its logs are left alone: setting them up closes what other libraries write to.
    app = application(fake.world, fake.script)
    config = uvicorn.Config(app, http=CuttingProtocol, log_config=None, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield fake
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        sock.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A stand-in for a hosted tuning service.")
    parser.add_argument("--port", type=int, default=8199)
    with serving(parser.parse_args().port) as running:
        running.world.course = Course(steps=60, steps_per_poll=1)
        print(
            f"The stand-in is at {running.address}; any key that begins with sk- will do. Ctrl-C ends it.", flush=True
        )
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
