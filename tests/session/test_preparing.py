"""Large files: brought in by a job of their own, followed, cancelled, taken over, deleted."""

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.data import Edit, Recipe
from studio.errors import BusyError, JobError, NotFoundError
from studio.jobs import lease
from studio.session import Session, preparing
from studio.session.values import Dataset
from studio.settings import Settings
from tests.tiny import chat_rows


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE_BYTES", 0)


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """Takes some seconds to check, so that it can be cancelled in the middle."""
    path = tmp_path / "long.jsonl"
    rows = "".join(json.dumps(row) + "\n" for row in chat_rows(20_000))
    with path.open("w", encoding="utf-8") as file:
        for _ in range(20):
            file.write(rows)
    return path


def until(holds: Callable[[], object], seconds: float = 120) -> object:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return found


def settled(session: Session, dataset_id: str) -> Dataset:
    def done() -> Dataset | None:
        found = session.datasets.get(dataset_id)
        return found if found.preparing is None or found.preparing.state.ended else None

    return until(done)  # type: ignore[return-value]


def test_a_large_file_comes_in_aside(session: Session, settings: Settings, chat_file: Path) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, chat_file, "fruit.jsonl", aside=True)
    assert (dataset.version, dataset.report.rows, dataset.name) == (0, 0, "fruit.jsonl")
    assert dataset.preparing is not None
    assert lease.holder(settings.home, "cpu") is None, "reading a file keeps nobody from training"
    done = settled(session, dataset.id)
    assert (done.version, done.report.usable, done.preparing) == (1, 60, None)
    assert (done.folder / "original.jsonl").read_bytes() == chat_file.read_bytes()
    assert not (done.folder / "incoming").exists()
    assert [v.says for v in session.datasets.versions(done.id)] == ["Brought in."]
    (run,) = session.runs.list(project.id, "prepare")
    assert run.state.result is not None
    assert run.state.result["usable"] == 60
    assert session.datasets.add(project.id, chat_file, "fruit.jsonl", aside=True).id == done.id
    assert len(session.datasets.current_split(done.id).training) == 44


def test_a_further_version_of_a_large_file_is_made_aside(session: Session, chat_file: Path) -> None:
    project = session.projects.current()
    first = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    assert first.version == 1
    recipe = Recipe(edits=(Edit("delete", 2),))
    under_way = session.datasets._make(first.id, recipe, "Deleted line 2.")
    assert (under_way.version, under_way.report.usable) == (1, 60)
    second = settled(session, first.id)
    assert (second.version, second.report.usable) == (2, 59)
    assert session.datasets.recipe(second.id) == recipe
    assert (second.folder / "original.jsonl").read_bytes() == chat_file.read_bytes()
    assert session.datasets.undo(second.id).version == 1


def test_a_large_file_is_looked_at_anew_in_a_job(session: Session, tmp_path: Path) -> None:
    project = session.projects.current()
    rows = [{"prompt": f"What is {n}?", "completion": "long " * 3000 if n == 7 else f"It is {n}."} for n in range(80)]
    rows += [{"prompt": f"what is {n}", "completion": "x"} for n in range(40)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    dataset = settled(session, session.datasets.add(project.id, path, aside=True).id)
    model = session.models.inspect("starter")
    cut = session.datasets.cut(dataset.id, model)
    assert cut is not None
    assert [(f.rule, f.line) for f in cut] == [("answer.cut", 8)]
    leaks = session.datasets.leaks(dataset.id)
    assert leaks, "questions that differ in a mark alone are on two sides"
    before = session.datasets.current_split(dataset.id)

    other = dataclasses.replace(model, context=model.context + 1)
    assert session.datasets.cut(dataset.id, other) is None
    assert session.datasets.split(dataset.id, near=True) is None
    assert session.datasets.current_split(dataset.id) == before, "the old one holds until the job is done"
    done = settled(session, dataset.id)
    assert done.version == 1
    assert session.datasets.current_split(dataset.id) != before
    assert session.datasets.split_how(dataset.id)["near"] is True
    assert session.datasets.leaks(dataset.id) == ()
    session.datasets.look_again(dataset.id, other)
    settled(session, dataset.id)
    assert session.datasets.cut(dataset.id, other) is not None
    assert session.datasets.statistics(dataset.id, other).context == other.context
    assert session.datasets.split_how(dataset.id)["near"] is True

    preview = session.datasets.preview_repair(dataset.id, "rows.too_long_removed", model)
    assert (preview.removed, preview.looked_at) == (1, 120)
    session.datasets.mend(dataset.id, ["rows.too_long_removed"], model=model)
    mended = settled(session, dataset.id)
    assert (mended.version, mended.report.usable) == (2, 119)
    assert session.datasets.cut(dataset.id, model) == ()


def test_a_division_that_cannot_be_says_so_and_leaves_the_old_one(session: Session, chat_file: Path) -> None:
    dataset = session.datasets.add(session.projects.current().id, chat_file)
    before = session.datasets.current_split(dataset.id)
    session.datasets.split(dataset.id, column="nobody")
    failed = settled(session, dataset.id)
    assert failed.preparing is not None
    assert 'No row has a column "nobody"' in failed.preparing.state.sentence
    session.datasets.cancel(dataset.id)
    assert session.datasets.get(dataset.id).preparing is None
    assert session.datasets.current_split(dataset.id) == before


def test_cancel_leaves_nothing_of_a_file(session: Session, settings: Settings, long_file: Path) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, long_file, "long.jsonl", aside=True)
    run = dataset.preparing
    assert run is not None
    until(lambda: session.runs.get(run.id).state.progress)
    session.datasets.cancel(dataset.id)
    until(lambda: not session.datasets.list(project.id))
    with pytest.raises(NotFoundError):
        session.datasets.get(dataset.id)
    assert session.runs.list() == []
    assert list(settings.datasets_folder.iterdir()) == []
    assert list(settings.jobs_folder.iterdir()) == []


def test_what_is_being_prepared_is_neither_changed_nor_deleted(session: Session, long_file: Path) -> None:
    project = session.projects.current()
    dataset = session.datasets.add(project.id, long_file, "long.jsonl", aside=True)
    for act in (
        lambda: session.datasets.delete(dataset.id),
        lambda: session.projects.delete(project.id),
        lambda: session.datasets._make(dataset.id, Recipe(), "Again."),
    ):
        with pytest.raises(JobError, match="still"):
            act()
    session.datasets.cancel(dataset.id)
    until(lambda: not session.datasets.list(project.id))


def test_only_so_many_are_prepared_at_once(
    session: Session, settings: Settings, long_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 1)
    project = session.projects.current()
    first = session.datasets.add(project.id, long_file, "long.jsonl", aside=True)
    with Session(settings, "somebody else") as other:
        with pytest.raises(BusyError, match="reading other large files"):
            other.datasets.add(other.projects.current().id, long_file, "long.jsonl", aside=True)
        assert other.datasets.list(other.projects.current().id) == []
    assert len(list(settings.datasets_folder.iterdir())) == 1
    session.datasets.cancel(first.id)
    until(lambda: not session.datasets.list(project.id))


def test_a_failed_preparation_says_why_and_can_be_forgotten(
    session: Session, settings: Settings, chat_file: Path
) -> None:
    project = session.projects.current()
    first = session.datasets.add(project.id, chat_file, "fruit.jsonl")
    (first.folder / "original.jsonl").write_text("changed\n")
    session.datasets._make(first.id, Recipe(edits=(Edit("delete", 2),)), "Deleted line 2.")
    failed = settled(session, first.id)
    assert failed.preparing is not None
    assert (failed.version, failed.preparing.state.state) == (1, "failed")
    assert "changed or removed" in failed.preparing.state.sentence
    session.datasets.cancel(first.id)
    assert session.datasets.get(first.id).preparing is None
    with pytest.raises(JobError, match="nothing to cancel"):
        session.datasets.cancel(first.id)
    session.datasets.delete(first.id)
    assert list(settings.jobs_folder.iterdir()) == []
