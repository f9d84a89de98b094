"""Listening: binds a port, loads the engine, serves until told to end or idle. Used by the background server
(`python -m studio.inference`) and by `studio serve` in the foreground."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from studio.errors import UsageError
from studio.inference.endpoint import Endpoint, address
from studio.jobs import lease, processors, queue
from studio.jobs.lease import DEVICE, Holder
from studio.jobs.process import Identity

GIVE_WAY_SECONDS = 20.0
_GRACE_SECONDS = 3


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket; port 0 takes any free one. UsageError when the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # on Windows the flag would let two servers share a port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise UsageError(
            f"The port {port} on {host} is taken or not allowed.", "Choose another port, or 0 for any free one."
        ) from None
    return bound


def run(engine: Any, token: str, bound: socket.socket, idle_minutes: float, home: Path | None = None) -> None:
    """Serves on `bound` until a signal comes, or nobody has asked anything for `idle_minutes` (0: no such end).

    home: whose waiting jobs it gives way to, once nobody has asked anything for GIVE_WAY_SECONDS; None for nobody's.
    """
    import uvicorn

    from studio.inference.server import Activity, create_app

    activity = Activity()
    app = create_app(engine, token, activity)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS)
    server = uvicorn.Server(config)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        watch = asyncio.create_task(_end_when_idle(server, activity, idle_minutes * 60, home))
        yield
        watch.cancel()

    app.router.lifespan_context = lifespan
    server.run(sockets=[bound])


async def _end_when_idle(server: Any, activity: Any, seconds: float, home: Path | None) -> None:
    if seconds <= 0:
        return
    while activity.idle_seconds < seconds:
        await asyncio.sleep(min(1.0, seconds / 4))
        given = home is not None and activity.idle_seconds > GIVE_WAY_SECONDS and queue.waiting(home, DEVICE)
        if given:
            print(f"gives way to {given[0].name}", flush=True)
            break
    server.should_exit = True


def foreground(
    home: Path,
    model: Path,
    adapters: Mapping[str, Path],
    *,
    name: str,
    model_name: str,
    host: str,
    port: int,
    token: str,
    threads: int = 0,
    on_ready: Callable[[Endpoint], None],
) -> None:
    """Loads and serves in this process until Ctrl-C; on_ready is called once, when requests are answered.

    Holds the device as a chat: BusyError when a job or another chat has it. Imports torch into this process.
    """
    me = Identity.of(os.getpid())
    holder = Holder("chat", f"serve-{me.pid}", name, me.pid, me.create_time)
    bound = listen(host, port)
    with contextlib.closing(bound):
        lease.acquire(home, DEVICE, holder)
        try:
            processors.prepare(threads)
            from studio.inference.engines import load

            engine = load(model, adapters, threads)
            url = address(host, bound.getsockname()[1])
            on_ready(Endpoint(holder.id, name, model_name, url, token, engine.models, me.pid, me.create_time))
            with contextlib.suppress(KeyboardInterrupt):
                run(engine, token, bound, idle_minutes=0)
        finally:
            lease.release(home, DEVICE, holder)
