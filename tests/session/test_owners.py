"""Two owners over one home: every action refuses the other one's ids, and nobody learns what the other one does."""

import inspect
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from studio.errors import ModelError, NotFoundError
from studio.hosted import PROVIDERS
from studio.jobs import lease
from studio.jobs.lease import Holder
from studio.jobs.process import Identity
from studio.session import Session, ids
from studio.session.applications import Applications
from studio.session.chats import Chats
from studio.session.database import Database
from studio.session.datasets import Datasets
from studio.session.evaluations import Evaluations
from studio.session.exports import Exports
from studio.session.hosted import HostedRuns
from studio.session.projects import Projects
from studio.session.runs import Runs
from studio.session.tables import JobRow
from studio.settings import Settings, load

NOUNS = {
    "projects": Projects,
    "datasets": Datasets,
    "runs": Runs,
    "evaluations": Evaluations,
    "applications": Applications,
    "chats": Chats,
    "exports": Exports,
    "hosted": HostedRuns,
}
IDS = ("project_id", "dataset_id", "run_id", "evaluation_id", "reference")
LISTS = ("list", "latest")
ACTIONS = [
    (noun, name)
    for noun, kind in NOUNS.items()
    for name, method in inspect.getmembers(kind, inspect.isfunction)
    if not name.startswith("_") and set(inspect.signature(method).parameters) & set(IDS)
]


@pytest.fixture
def ann(settings: Settings) -> Iterator[Session]:
    with Session(settings, "ann") as session:
        yield session


@pytest.fixture
def ben(settings: Settings) -> Iterator[Session]:
    with Session(settings, "ben") as session:
        yield session


@pytest.fixture
def known(ann: Session, settings: Settings, chat_file: Path) -> dict[str, Any]:
    """The ids of what Ann has, and what else an action cannot do without."""
    project = ann.projects.create("Ann's")
    dataset = ann.datasets.add(project.id, chat_file)
    moment = ids.now()
    row = JobRow(id=ids.new(moment), owner="ann", created=moment, project=project.id, kind="train", name="Ann's run")
    row.dataset, row.model, row.method, row.options = dataset.id, "starter", "lora", {}
    with closing(Database(settings)) as database, database.write() as transaction:
        transaction.add(row)
    given = {
        "path": chat_file,
        "paths": chat_file,
        "name": "x",
        "port": 0,
        "start": 0,
        "count": 1,
        "sample_id": "support_tickets",
        "provider_id": PROVIDERS[0].id,
    }
    own = {"project_id": project.id, "dataset_id": dataset.id, "run_id": row.id, "evaluation_id": row.id}
    own["other_id"] = dataset.id
    return {**given, **own, "reference": row.id, "turns": []}


@pytest.mark.parametrize(("noun", "action"), ACTIONS, ids=[".".join(pair) for pair in ACTIONS])
def test_another_owners_id_is_not_found(ben: Session, known: dict[str, Any], noun: str, action: str) -> None:
    method = getattr(getattr(ben, noun), action)
    if action in LISTS:
        assert not method(known["project_id"])
        return
    if action == "plan":  # it collects what is in the way
        assert method(known["project_id"], known["dataset_id"]).reasons[0].startswith("There is no data set")
        return
    needed = [
        p for p in inspect.signature(method).parameters.values() if p.default is p.empty and p.kind != p.VAR_KEYWORD
    ]
    with pytest.raises(NotFoundError):
        method(**{p.name: known.get(p.name) for p in needed})


def test_the_search_for_actions_sees(ann: Session, known: dict[str, Any]) -> None:
    assert {("projects", "delete"), ("runs", "events"), ("exports", "adapter"), ("chats", "history")} <= set(ACTIONS)
    assert ann.runs.get(known["run_id"]).name == "Ann's run"


def test_a_function_says_whose_action_it_is(settings: Settings, known: dict[str, Any]) -> None:
    now = ["ben"]
    with Session(settings, lambda: now[0]) as session:
        assert session.projects.list() == []
        now[0] = "ann"
        assert [p.name for p in session.projects.list()] == ["Ann's"]


@pytest.mark.parametrize("kind", ["job", "chat"])
def test_who_has_the_machine_is_not_told_to_another_owner(
    ann: Session, ben: Session, known: dict[str, Any], settings: Settings, chat_file: Path, tiny_model: Path, kind: Any
) -> None:
    me = Identity.of(os.getpid())
    lease.acquire(settings.home, "cpu", Holder(kind, "j1", "Ann's secret", me.pid, me.create_time, "ann"))
    project = ben.projects.create("Ben's")
    dataset = ben.datasets.add(project.id, chat_file)
    plan = ben.runs.plan(project.id, dataset.id, str(tiny_model))
    assert plan.waits == "Another visitor is using this machine; this run waits its turn and then starts by itself."
    assert ben.device().holder is None
    hers = ann.runs.plan(known["project_id"], known["dataset_id"], str(tiny_model))
    assert bool(hers.waits) == (kind == "job")


def test_a_demonstration_opens_no_folder(tiny_model: Path, home: Path, chat_file: Path) -> None:
    with Session(load({"STUDIO_HOME": str(home), "STUDIO_SPACE": "1"})) as session:
        project = session.projects.current()
        dataset = session.datasets.add(project.id, chat_file)
        for act in (
            lambda: session.models.inspect(str(tiny_model)),
            lambda: session.runs.start(project.id, dataset.id, str(tiny_model)),
        ):
            with pytest.raises(ModelError, match="public demonstration"):
                act()
        assert session.models.inspect("recommended").name == "starter"
