"""Who leaves ends the answer in the model too. The server runs in this process, so that its answers can be watched."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.data.values import Message
from studio.inference import serve
from studio.inference.client import stream_chat
from studio.inference.endpoint import Endpoint, address
from studio.inference.generate import Engine
from studio.inference.generation import Generation
from studio.inference.load import load_model
from studio.inference.serve import listen, run
from studio.jobs import lease, queue
from studio.jobs.lease import Holder
from studio.jobs.process import Identity

TURN = {"role": "user", "content": "go on"}


class Watched(Engine):
    """The engine itself; it only remembers the answers it gave out."""

    def __init__(self, loaded: Any) -> None:
        super().__init__(loaded)
        self.given: list[Generation] = []

    def stream(self, *args: Any) -> Generation:
        self.given.append(super().stream(*args))
        return self.given[-1]


@pytest.fixture(scope="module")
def watched(tiny_model: Path) -> Iterator[tuple[Watched, Endpoint]]:
    engine = Watched(load_model(tiny_model, {}, 1))
    bound = listen("127.0.0.1", 0)
    thread = threading.Thread(target=run, args=(engine, "key", bound, 0.02), daemon=True)
    thread.start()
    url = address("127.0.0.1", bound.getsockname()[1])
    yield engine, Endpoint("here", "here", "tiny", url, "key", ("base",), 1, 0.0)
    thread.join(60)
    assert not thread.is_alive()


def ended(answer: Generation) -> str | None:
    deadline = time.monotonic() + 60
    while answer.finish_reason is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer.finish_reason


def test_closing_a_stream_ends_its_generation(watched: tuple[Watched, Endpoint]) -> None:
    engine, server = watched
    before = len(engine.given)
    with engine.using("base"):  # so that the answer cannot have been finished before its reader left
        reply = stream_chat(server, "base", (Message("user", "go on"),), 0, 200)
        reader = threading.Thread(target=lambda: next(reply, None))
        reader.start()
        while len(engine.given) == before:
            time.sleep(0.01)
        reply.close()
    reader.join()
    reply.close()
    assert ended(engine.given[-1]) == "cancelled"


@pytest.mark.parametrize("stream", [True, False])
def test_a_broken_connection_ends_its_generation(watched: tuple[Watched, Endpoint], stream: bool) -> None:
    engine, server = watched
    before = len(engine.given)
    body = {"model": "base", "messages": [TURN], "temperature": 0, "max_tokens": 200, "stream": stream}
    with engine.using("base"):
        with pytest.raises(httpx.ReadTimeout), httpx.Client(trust_env=False, timeout=1) as client:
            client.post(f"{server.base_url}/chat/completions", json=body, headers={"Authorization": "Bearer key"})
        assert len(engine.given) == before + 1
        # Called off while it waits for the engine, which this test holds.
        assert ended(engine.given[-1]) == "cancelled"


def test_an_idle_chat_gives_way_to_a_job_that_waits(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "GIVE_WAY_SECONDS", 0.5)
    engine = Engine(load_model(tiny_model, {}, 1))
    chat = Identity.of(os.getpid())
    lease.acquire(tmp_path, "cpu", Holder("chat", "here", "fruit", chat.pid, chat.create_time))
    with listen("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=run, args=(engine, "key", bound, 60, tmp_path), daemon=True)
        thread.start()
        time.sleep(2)
        assert thread.is_alive(), "nobody waits"
        assert not queue.take(tmp_path, "cpu", Holder("job", "one", "Fruit, LoRA", chat.pid, chat.create_time))
        thread.join(60)
        assert not thread.is_alive()
