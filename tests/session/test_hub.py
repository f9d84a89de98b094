"""Data sets of the Hub, fetched by a job from a stand-in on loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from studio.errors import DataError
from studio.session import Session
from studio.session.values import Dataset
from studio.settings import Settings
from tests.fakes.hub import GATED, Hub, hub
from tests.tiny import chat_rows

ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(60)).encode()
PAIRS = b"".join(b'{"prompt": "What is %d?", "completion": "Number %d."}\n' % (n, n) for n in range(5000))
FILES = {
    "owner/fruit": {"README.md": b"# Fruit", ".gitattributes": b"", "data/train.jsonl": ROWS, "data/extra.csv": b"a\n"},
    "owner/large": {"rows.jsonl": PAIRS},
    "owner/nothing": {"README.md": b"# Nothing", "weights.bin": b"\x00" * 100},
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub(FILES) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        yield running


def until(holds: Callable[[], object]) -> object:
    deadline = time.monotonic() + 60
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return found


def settled(session: Session, dataset_id: str) -> Dataset:
    def done() -> Dataset | None:
        found = session.datasets.get(dataset_id)
        return found if found.preparing is None or found.preparing.state.ended else None

    return until(done)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["owner/fruit", " http://hub.example/datasets/owner/fruit/tree/main/data "])
def test_a_data_set_of_the_hub_comes_in(session: Session, served: Hub, name: str) -> None:
    project = session.projects.current()
    under_way = session.datasets.add_from_hub(project.id, name)
    assert (under_way.version, under_way.name) == (0, "fruit" if name == "owner/fruit" else "data")
    done = settled(session, under_way.id)
    assert (done.version, done.report.usable, len(done.fingerprint)) == (1, 60, 64)
    assert (done.folder / "original.jsonl").read_bytes() == ROWS
    asked = [path for path in served.asked if "resolve" in path]
    assert len(asked) == 1, "only what is read is fetched"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("owner/missing", "no public data set owner/missing"),
        (GATED, "only to people who asked"),
        ("owner/nothing", "no file in owner/nothing"),
        ("owner/fruit/other", "no file in other"),
    ],
)
def test_what_cannot_be_fetched_is_told(session: Session, served: Hub, name: str, said: str) -> None:
    failed = settled(session, session.datasets.add_from_hub(session.projects.current().id, name).id)
    assert failed.preparing is not None
    assert failed.preparing.state.failure is not None
    assert said in failed.preparing.state.failure.happened
    session.datasets.cancel(failed.id)
    assert session.datasets.list(failed.project) == []


@pytest.mark.parametrize("name", ["", "fruit", "owner/na me", "../../etc/passwd", "https://hub.example/models/x"])
def test_what_is_no_name_is_refused_at_once(session: Session, served: Hub, settings: Settings, name: str) -> None:
    with pytest.raises(DataError, match="no name of a data set"):
        session.datasets.add_from_hub(session.projects.current().id, name)
    assert served.asked == []
    assert list(settings.datasets_folder.iterdir()) == []


def test_no_connection_is_told(session: Session, served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    failed = settled(session, session.datasets.add_from_hub(session.projects.current().id, "owner/fruit").id)
    assert failed.preparing is not None
    assert "does not answer" in failed.preparing.state.sentence


def test_a_download_can_be_cancelled(session: Session, served: Hub, settings: Settings) -> None:
    served.slow = threading.Event()
    project = session.projects.current()
    dataset = session.datasets.add_from_hub(project.id, "owner/large")
    run = dataset.preparing
    assert run is not None
    until(lambda: session.runs.get(run.id).state.progress)
    session.datasets.cancel(dataset.id)
    served.slow.set()
    until(lambda: not session.datasets.list(project.id))
    assert list(settings.datasets_folder.iterdir()) == []
    assert list(settings.jobs_folder.iterdir()) == []
