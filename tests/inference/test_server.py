"""The chat server as a real process, spoken to through the openai client; its starting, finding and ending."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openai
import psutil
import pytest

from studio import models
from studio.data.values import Message
from studio.errors import BusyError, JobError, NotFoundError, UsageError
from studio.inference import endpoint as endpoints
from studio.inference.client import stream_chat
from studio.inference.endpoint import Endpoint
from studio.inference.process import ChatServers
from studio.jobs import lease
from studio.jobs.process import Identity
from studio.jobs.spec import Source
from studio.settings import Settings

QUESTION = (Message("user", "what is a plum number 3"),)


def source(model: Path) -> Source:
    return Source(str(model), models.inspect(model).fingerprint)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("chathome"), threads=1)


@pytest.fixture(scope="module")
def server(settings: Settings, tiny_model: Path, tuned_checkpoint: Path) -> Iterator[Endpoint]:
    servers = ChatServers(settings)
    yield servers.start(source(tiny_model), "tiny", {"tuned": tuned_checkpoint}, "fruit")
    servers.stop()


@pytest.fixture
def client(server: Endpoint) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client:
        yield client


def until(condition: object, seconds: float = 60) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_models_and_answers_through_the_openai_client(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["base", "tuned"]
    chat = [message.as_dict() for message in QUESTION]
    whole = client.chat.completions.create(model="tuned", messages=chat, temperature=0, max_tokens=40)
    assert json.loads(whole.choices[0].message.content)["kind"] in ("fruit", "tool")
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    chunks = list(
        client.chat.completions.create(
            model="tuned",
            messages=chat,
            temperature=0,
            max_tokens=40,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 1
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage


def test_content_may_come_in_parts(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "what is a "}, {"type": "text", "text": "plum number 3"}]
    answers = [
        client.chat.completions.create(
            model="tuned", messages=[{"role": "user", "content": content}], temperature=0, max_tokens=40
        )
        for content in (parts, QUESTION[0].content)
    ]
    assert answers[0].choices[0].message.content == answers[1].choices[0].message.content


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"model": "other"}, 404, "model"),
        ({"temperature": 3}, 400, "temperature"),
        ({"temperature": "hot"}, 400, "temperature"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, 400, "messages.0.content"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"stop": ["x"]}, 400, "stop"),
        ({"messages": [{"role": "user", "content": "plum " * 500}]}, 400, "messages"),
    ],
)
def test_mistakes_are_named_in_openai_form(client: openai.OpenAI, change: dict, status: int, field: str) -> None:
    good = {"model": "tuned", "messages": [{"role": "user", "content": "x"}], "temperature": 0, "max_tokens": 5}
    with pytest.raises(openai.APIStatusError) as caught:
        client.post("/chat/completions", body={**good, **change}, cast_to=object)
    assert caught.value.status_code == status
    assert set(caught.value.body) == {"message", "type", "param", "code"}
    assert caught.value.body["param"] == field


def test_nobody_without_the_key_gets_in_but_health_is_open(server: Endpoint) -> None:
    stranger = openai.OpenAI(base_url=server.base_url, api_key="wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()
    with pytest.raises(openai.AuthenticationError):
        stranger.post("/nothing/here", body={}, cast_to=object)
    health = stranger.with_options(base_url=server.base_url.removesuffix("/v1"))
    assert health.get("/healthz", cast_to=object) == {"status": "ok"}


def test_our_client_streams_and_maps_errors(server: Endpoint) -> None:
    reply = stream_chat(server, "tuned", QUESTION, 0, 40)
    assert json.loads("".join(reply))["kind"]
    assert reply.finish_reason == "stop"
    with pytest.raises(NotFoundError, match="no model called other"):
        list(stream_chat(server, "other", QUESTION, 0, 5))
    with pytest.raises(UsageError):
        list(stream_chat(server, "tuned", QUESTION, 9, 5))
    gone = Endpoint("x", "x", "x", "http://127.0.0.1:9/v1", "key", ("base",), 1, 0.0)
    with pytest.raises(JobError, match="has ended"):
        list(stream_chat(gone, "base", QUESTION, 0, 5))


def test_dropped_turns_are_told(server: Endpoint) -> None:
    turns = [
        Message(role, text)
        for n in range(30)
        for role, text in (("user", f"what is a plum number {n}"), ("assistant", '{"kind": "fruit"}'))
    ]
    reply = stream_chat(server, "tuned", [*turns, *QUESTION], 0, 20)
    list(reply)
    assert reply.dropped_turns > 0


def test_the_token_is_private_and_the_server_is_found_again(
    settings: Settings, server: Endpoint, tiny_model: Path, tuned_checkpoint: Path
) -> None:
    folder = settings.home / "inference" / server.id
    if os.name == "posix":
        assert stat.S_IMODE((folder / endpoints.TOKEN).stat().st_mode) == 0o600
    assert server.api_key not in (folder / endpoints.SPEC).read_text(encoding="utf-8")
    assert server.api_key not in repr(server)
    assert server.api_key not in " ".join(psutil.Process(server.pid).cmdline())
    restarted = ChatServers(settings)
    assert restarted.current() == server
    assert restarted.start(source(tiny_model), "tiny", {"tuned": tuned_checkpoint}, "fruit") == server
    assert lease.holder(settings.home, "cpu").pid == server.pid
    assert restarted.current("somebody else") is None
    restarted.stop("somebody else")
    assert restarted.current() == server
    with pytest.raises(BusyError, match="The chat with fruit"):
        restarted.start(source(tiny_model), "tiny", {}, "another")


def test_a_killed_server_is_told_of_and_replaced(tmp_path: Path, tiny_model: Path) -> None:
    servers = ChatServers(Settings(home=tmp_path, threads=1))
    first = servers.start(source(tiny_model), "tiny", {}, "plain")
    os.kill(first.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    assert until(lambda: servers.current() is None)
    with pytest.raises(JobError, match="has ended"):
        list(stream_chat(first, "base", QUESTION, 0, 5))
    assert lease.holder(tmp_path, "cpu") is None
    second = servers.start(source(tiny_model), "tiny", {}, "plain")
    assert second.pid != first.pid
    servers.stop()
    assert not second.identity.alive()
    assert lease.holder(tmp_path, "cpu") is None
    assert not (tmp_path / "inference" / second.id / endpoints.TOKEN).exists()


def test_an_idle_server_ends_by_itself(tmp_path: Path, tiny_model: Path) -> None:
    servers = ChatServers(Settings(home=tmp_path, threads=1, chat_idle_minutes=0.01))
    found = servers.start(source(tiny_model), "tiny", {}, "plain")
    assert until(lambda: not found.identity.alive())
    assert servers.current() is None


def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    servers = ChatServers(Settings(home=tmp_path, threads=1))
    with pytest.raises(JobError, match=r"config\.json"):
        servers.start(Source(str(folder), "none"), "broken", {}, "broken")
    assert lease.holder(tmp_path, "cpu") is None
    assert servers.current() is None


def test_a_foreign_process_is_never_signalled(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = tmp_path / "inference" / "old"
    folder.mkdir(parents=True)
    (folder / endpoints.SPEC).write_text('{"name": "old", "model_name": "tiny", "host": "127.0.0.1"}')
    born = Identity.of(stranger.pid).create_time - 1000
    ready = {"pid": stranger.pid, "create_time": born, "port": 1, "models": ["base"]}
    (folder / endpoints.READY).write_text(json.dumps(ready))
    (folder / endpoints.TOKEN).write_text("key")
    servers = ChatServers(Settings(home=tmp_path))
    assert servers.current() is None
    servers.stop()
    assert stranger.poll() is None
    stranger.communicate(b"\n")


def test_the_page_side_imports_no_torch() -> None:
    heavy = "{'torch', 'transformers', 'peft', 'trl'}"
    code = (
        "import sys, studio.inference.process, studio.inference.client, studio.inference.serve, "
        f"studio.evaluation.scorecard, studio.export.adapter; sys.exit(str({heavy} & set(sys.modules)) "
        f"if {heavy} & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
