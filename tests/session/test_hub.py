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
from tests.fakes.hub import Hub, hub
from tests.tiny import chat_rows

ROWS = "".join(json.dumps(row) + "\n" for row in chat_rows(60)).encode()
PAIRS = b"".join(b'{"prompt": "What is %d?", "completion": "Number %d."}\n' % (n, n) for n in range(5000))
FILES = {"owner/fruit": {"data/train.jsonl": ROWS}, "owner/large": {"rows.jsonl": PAIRS}}


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


def test_a_data_set_of_the_hub_comes_in(session: Session, served: Hub) -> None:
    project = session.projects.current()
    under_way = session.datasets.add_from_hub(project.id, "owner/fruit")
    assert (under_way.version, under_way.name) == (0, "fruit")
    done = settled(session, under_way.id)
    assert (done.version, done.report.usable, len(done.fingerprint)) == (1, 60, 64)
    assert (done.folder / "original.jsonl").read_bytes() == ROWS


def test_what_is_not_there_is_told_and_can_be_put_away(session: Session, served: Hub, settings: Settings) -> None:
    project = session.projects.current()
    with pytest.raises(DataError, match="no name of a data set"):
        session.datasets.add_from_hub(project.id, "fruit")
    failed = settled(session, session.datasets.add_from_hub(project.id, "owner/missing").id)
    assert failed.preparing is not None
    assert "no public data set owner/missing" in failed.preparing.state.sentence
    session.datasets.cancel(failed.id)
    assert session.datasets.list(project.id) == []
    assert list(settings.datasets_folder.iterdir()) == []


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
