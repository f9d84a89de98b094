"""The page's HTTP side on a real server: what it keeps out, what it hands out, what it never loads."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.serving import Served, serve


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("home")) as running:
        yield running


def test_foreign_host_is_refused(served: Served) -> None:
    answer = httpx.get(served.address, headers={"Host": "studio.example.org"})
    assert answer.status_code == 403
    assert "only on this machine" in answer.text


def test_foreign_origin_may_not_change_anything(served: Served) -> None:
    body = {"model": "x", "messages": []}
    for path in ("/v1/chat/completions", "/gradio_api/queue/join", "/gradio_api/upload"):
        answer = httpx.post(served.address + path, json=body, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403, path


def call(served: Served, event: dict, data: list) -> str:
    """Runs one of the page's events as a browser would, in one session; returns the stream of its messages."""
    session = {"session_hash": "crafted"}
    join = {"data": data, "fn_index": event["id"], "trigger_id": None, **session}
    answer = httpx.post(f"{served.address}/gradio_api/queue/join", json=join)
    text = answer.text
    if answer.status_code == 200:
        with httpx.stream("GET", f"{served.address}/gradio_api/queue/data", params=session, timeout=20) as events:
            for line in events.iter_lines():
                text += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
    return text


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", None])
def test_a_crafted_upload_cannot_copy_a_server_file(served: Served, chat_file: Path, path: str | None) -> None:
    """A File input whose payload names a file of the server (the check that mounted apps skip). None: the control, a
    file that was really uploaded, which must get through by the same call."""
    config = httpx.get(f"{served.address}/config").json()
    upload = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "upload")
    load = next(d for d in config["dependencies"] if d["targets"] and d["targets"][0][1] == "load")
    event = next(d for d in config["dependencies"] if upload in d["inputs"])
    assert '"success":true' in call(served, load, [])  # opens the project, as the page does
    if path is None:
        files = {"files": ("fruit.jsonl", chat_file.read_bytes())}
        path = httpx.post(f"{served.address}/gradio_api/upload", files=files).json()[0]
        wanted = 1
    else:
        wanted = 0
    payload = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "x.jsonl"}
    text = call(served, event, [[payload] if i == upload else None for i in event["inputs"]])
    assert ('"success":true' in text) == bool(wanted), text
    assert len(list(served.home.rglob("original*"))) == wanted
    assert "root:" not in text


def test_unknown_ids_answer_not_found_in_words(served: Served) -> None:
    for path in ("/api/jobs/nope/events", "/api/jobs/nope/adapter.zip", "/studio-static/..%2f..%2fpyproject.toml"):
        answer = httpx.get(served.address + path)
        assert answer.status_code == 404, path
    told = httpx.get(f"{served.address}/api/jobs/nope/events").json()
    assert told["happened"]
    assert told["remedy"]


def test_health_and_models_answer(served: Served) -> None:
    assert httpx.get(f"{served.address}/healthz").json()["status"] == "ok"
    assert httpx.get(f"{served.address}/v1/models").json() == {"object": "list", "data": []}


def test_the_door_speaks_the_protocols_errors(served: Served) -> None:
    for content, status in ((b"{", 400), (b"[]", 400), (json.dumps({"model": "nope"}).encode(), 404)):
        answer = httpx.post(f"{served.address}/v1/chat/completions", content=content)
        assert answer.status_code == status
        assert answer.json()["error"]["message"]


def test_the_web_process_never_loads_torch(served: Served) -> None:
    """What the running server has mapped into memory; sys.modules of the imports is tested with the architecture."""
    httpx.get(served.address)
    libraries = {Path(m.path).name for m in psutil.Process(served.process.pid).memory_maps()}
    assert not [name for name in libraries if "torch" in name], libraries
