"""Runs: readiness, start, one at a time, follow, stop, find, rename, delete; conversations that are kept."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from studio.errors import DataError, JobError, NotFoundError, OptionError, UsageError
from studio.jobs import lease, process
from studio.jobs import spec as specs
from studio.jobs.lease import Holder
from studio.jobs.process import Identity
from studio.methods.lora import Lora
from studio.session import Session
from studio.session.values import Dataset, Project, Turn
from studio.settings import Settings
from tests.tiny_encoder import labelled


@pytest.fixture
def project(session: Session) -> Project:
    return session.projects.current()


@pytest.fixture
def dataset(session: Session, project: Project, chat_file: Path) -> Dataset:
    return session.datasets.add(project.id, chat_file, "fruit.jsonl")


def test_readiness_counts_the_parts_and_fills_the_options(
    session: Session, project: Project, dataset: Dataset, tiny_model: Path
) -> None:
    plan = session.runs.plan(
        project.id, dataset.id, str(tiny_model), "lora", strength="gentle", options={"rank": "4", "epochs": 3}
    )
    assert (plan.ready, plan.reasons) == (True, [])
    assert (plan.rows, plan.validation_rows, plan.test_rows) == (44, 8, 8)
    assert plan.options == {**Lora.options().model_dump(), **Lora.strengths["gentle"], "rank": 4, "epochs": 3}
    assert (plan.model, plan.method, plan.strength) == ("tiny", "lora", "gentle")


def test_what_is_not_named_is_proposed_with_reasons(
    session: Session, project: Project, dataset: Dataset, tiny_model: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    plan = session.runs.plan(project.id, dataset.id, str(tiny_model))
    assert (plan.ready, plan.method, plan.strength) == (True, "full", "balanced")
    assert {choice.name for choice in plan.choices} >= {"method", "strength", "epochs"}
    path = tmp_path / "labels.jsonl"
    rows = [{"text": one.messages[0].content, "label": one.labels[0]} for one in labelled(60)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    texts = session.datasets.add(project.id, path, path.name)
    plan = session.runs.plan(project.id, texts.id, str(tiny_encoder))
    assert (plan.ready, plan.method, plan.options["class_weights"]) == (True, "classifier", "none")
    refused = session.runs.plan(project.id, dataset.id, str(tiny_encoder), "classifier")
    assert "these examples have none" in refused.reasons[0]
    refused = session.runs.plan(project.id, texts.id, str(tiny_encoder), "lora")
    assert "needs a base model that writes text" in refused.reasons[0]
    with pytest.raises(UsageError, match="writes text"):
        session.runs.start(project.id, texts.id, str(tiny_encoder), "lora")
    with pytest.raises(OptionError, match="reads at most 256"):
        session.runs.start(project.id, dataset.id, str(tiny_model), options={"max_length": 4096})


def test_readiness_names_every_fault_at_once(session: Session, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{broken\n", encoding="utf-8")
    dataset = session.datasets.add(project.id, path, "bad.jsonl")
    plan = session.runs.plan(project.id, dataset.id, "/nowhere", options={"rank": 0, "colour": "red"})
    assert not plan.ready
    assert len(plan.reasons) == 3
    assert "/nowhere" in plan.reasons[1]
    assert "rank" in plan.reasons[2]
    assert "colour" in plan.reasons[2]
    with pytest.raises(DataError):
        session.runs.start(project.id, dataset.id, "/nowhere")
    assert session.runs.list() == []


def test_a_data_set_of_another_project_is_not_found(session: Session, dataset: Dataset, tiny_model: Path) -> None:
    other = session.projects.create("Other")
    with pytest.raises(NotFoundError):
        session.runs.start(other.id, dataset.id, str(tiny_model))


def test_a_held_machine_makes_the_start_wait(
    session: Session, project: Project, dataset: Dataset, tiny_model: Path, settings: Settings
) -> None:
    me = Identity.of(os.getpid())
    holder = Holder("job", "j1", "my model", me.pid, me.create_time)
    lease.acquire(settings.home, "cpu", holder)
    plan = session.runs.plan(project.id, dataset.id, str(tiny_model))
    assert plan.ready
    assert plan.waits == "my model is using this machine; this run waits its turn and then starts by itself."
    assert session.device().holder == holder
    run = session.runs.start(project.id, dataset.id, str(tiny_model))
    seen: list[str] = []

    def follow(event: dict[str, Any]) -> None:
        if event["type"] == "state":
            seen.append(event["state"])
        if seen[-1:] == ["waiting"]:
            session.runs.stop(run.id)

    assert session.runs.wait(run.id, follow).state == "stopped"
    assert "running" not in seen


def test_a_run_from_start_to_stop_across_sessions(
    session: Session, project: Project, dataset: Dataset, tiny_model: Path, settings: Settings
) -> None:
    run = session.runs.start(project.id, dataset.id, str(tiny_model), options={"epochs": 100})
    assert (run.kind, run.name, run.model, run.dataset) == (
        "train",
        "fruit, Full fine-tuning balanced",
        "tiny",
        dataset.id,
    )
    work: Any = specs.read(run.folder).work
    assert Path(work.data.path) == dataset.folder / "rows.parquet"
    for act in (
        lambda: session.runs.delete(run.id),
        lambda: session.datasets.delete(dataset.id),
        lambda: session.projects.delete(project.id),
        lambda: session.evaluations.start(run.id),
        lambda: session.chats.open(run.id),
        lambda: session.exports.adapter(run.id),
    ):
        with pytest.raises(JobError, match="still at work"):
            act()
    with Session(settings) as second:
        assert second.runs.get(run.id).name == run.name
        seen: list[dict[str, Any]] = []

        def follow(event: dict[str, Any]) -> None:
            if event["type"] == "step" and not any(one["type"] == "step" for one in seen):
                second.runs.stop(run.id)
            seen.append(event)

        assert second.runs.wait(run.id, follow).state == "stopped"
        assert [one["seq"] for one in seen] == list(range(1, len(seen) + 1))
    page = session.runs.events(run.id, "0")
    assert page.events == seen
    assert session.runs.events(run.id, page.cursor).events == []
    assert session.runs.get(run.id).state.state == "stopped"
    with pytest.raises(JobError, match="not at work"):
        session.runs.stop(run.id)
    session.datasets.delete(dataset.id)
    assert session.runs.get(run.id).dataset is None
    with pytest.raises(DataError, match="deleted"):
        session.evaluations.start(run.id)
    session.runs.delete(run.id)
    assert not run.folder.exists()


def test_options_out_of_bounds_are_refused(
    session: Session, project: Project, dataset: Dataset, tiny_model: Path
) -> None:
    with pytest.raises(OptionError, match="lie between"):
        session.runs.start(project.id, dataset.id, str(tiny_model), "lora", options={"rank": 10**6})


@pytest.fixture
def dead_run(session: Session, project: Project, dataset: Dataset, tiny_model: Path) -> str:
    """A run whose process was killed before it could begin."""
    run = session.runs.start(project.id, dataset.id, str(tiny_model), name="Killed early")
    identity = process.read(run.folder)
    assert identity is not None
    process.end(identity, 0.0)
    session.runs.wait(run.id, lambda event: None)
    return run.id


def test_a_killed_run_is_interrupted_and_can_be_found_and_renamed(
    session: Session, dead_run: str, project: Project, settings: Settings
) -> None:
    assert session.runs.get(dead_run).state.state == "interrupted"
    assert session.runs.find("last").id == session.runs.find(dead_run[:-2]).id == dead_run
    with pytest.raises(UsageError, match="is not"):
        session.runs.find(dead_run, kind="evaluate")
    with pytest.raises(NotFoundError):
        session.runs.find("zzz")
    assert session.runs.rename(dead_run, " My  run ").name == "My run"
    assert [run.id for run in session.runs.list(project.id, kind="train")] == [dead_run]
    assert session.runs.list(kind="evaluate") == []
    assert session.evaluations.of(dead_run) is None
    with pytest.raises(JobError, match="no complete checkpoint"):
        session.evaluations.start(dead_run)
    with Session(settings, owner="ada") as hers:
        assert hers.runs.list() == []
        for act in (
            lambda: hers.runs.get(dead_run),
            lambda: hers.runs.stop(dead_run),
            lambda: hers.runs.events(dead_run),
            lambda: hers.runs.rename(dead_run, "Hers"),
            lambda: hers.runs.delete(dead_run),
            lambda: hers.runs.find(dead_run),
            lambda: hers.evaluations.start(dead_run),
            lambda: hers.evaluations.scorecard(dead_run),
            lambda: hers.chats.open(dead_run),
            lambda: hers.chats.history(dead_run),
            lambda: hers.exports.adapter(dead_run),
        ):
            with pytest.raises(NotFoundError):
                act()


def test_a_conversation_is_kept_until_it_is_cleared(session: Session, dead_run: str, settings: Settings) -> None:
    moment = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    turns = [Turn(0, "user", "Hello", moment), Turn(0, "base", "Hm", moment), Turn(0, "tuned", "Good day", moment)]
    kept = session.chats.keep(dead_run, turns)
    assert [replace(turn, id=0) for turn in kept] == turns
    with Session(settings) as another:
        assert another.chats.history(dead_run) == kept
        another.chats.clear(dead_run)
    assert session.chats.history(dead_run) == []
    assert session.chats.current() is None
