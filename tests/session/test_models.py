"""Base models through the session: fetched by a job from a stand-in for the Hub, tuned ones tuned further."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from studio import models
from studio.errors import BusyError, JobError, ModelError, NotFoundError
from studio.jobs.spec import Source, Spec, Train
from studio.session import Session
from studio.session.tuned import begins_at
from studio.session.values import Run
from studio.settings import Settings, load
from tests.fakes.model_hub import Hub, model_hub, of_folder

TOKEN = "hf_CANARY_5d1f"


@pytest.fixture
def served(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    whole = of_folder(tiny_model)
    files = {"owner/tiny": whole, "owner/terms": whole, "owner/pickled": {"config.json": b"{}", "model.bin": b"x"}}
    with model_hub(files, gated=("owner/terms",), token=TOKEN) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        yield running


def until(holds: Callable[[], object], seconds: float = 120) -> object:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return found


def ended(session: Session, run: Run) -> str:
    return session.runs.wait(run.id, lambda event: None).sentence


def test_a_fetched_model_is_a_base_model_like_any_other(session: Session, served: Hub, tiny_model: Path) -> None:
    project = session.projects.current().id
    assert session.models.fetched() == []
    with pytest.raises(ModelError, match="not on this machine yet"):
        session.models.inspect("owner/tiny")
    with pytest.raises(ModelError, match=r"Qwen3 0\.6B is not on this machine yet"):
        session.models.inspect("Qwen/Qwen3-0.6B")
    run = session.models.fetch(project, "owner/tiny")
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    assert session.models.fetched() == ["owner/tiny"]
    assert session.models.under_way() is None
    assert session.runs.list() == [], "the job is put away once its model was taken over"
    info = session.models.inspect("owner/tiny")
    assert (info.name, info.parameters) == ("owner/tiny", models.inspect(tiny_model).parameters)
    with pytest.raises(ModelError, match="on this machine already"):
        session.models.fetch(project, "owner/tiny")
    session.models.remove("owner/tiny")
    assert session.models.fetched() == []
    with pytest.raises(NotFoundError):
        session.models.remove("owner/tiny")


def test_what_went_wrong_is_told_and_can_be_put_away(session: Session, served: Hub) -> None:
    project = session.projects.current().id
    with pytest.raises(ModelError, match="no name of a model"):
        session.models.fetch(project, "tiny")
    with pytest.raises(JobError):
        session.models.cancel()
    assert "only model.bin" in ended(session, session.models.fetch(project, "owner/pickled"))
    failed = session.models.under_way()
    assert failed is not None
    assert failed.state.state == "failed"
    assert "no public model owner/missing" in ended(session, session.models.fetch(project, "owner/missing"))
    session.models.cancel()
    assert session.models.under_way() is None
    assert session.runs.list() == []


def test_a_fetch_can_be_cancelled_and_one_is_under_way_at_a_time(session: Session, served: Hub) -> None:
    served.slow = threading.Event()
    project = session.projects.current().id
    run = session.models.fetch(project, "owner/tiny")
    until(lambda: session.runs.get(run.id).state.progress)
    with pytest.raises(BusyError, match="Fetching owner/tiny is under way"):
        session.models.fetch(project, "owner/terms")
    assert session.device().holder is None, "a download keeps nobody from this machine"
    session.models.cancel()
    served.slow.set()
    until(lambda: session.models.under_way() is None)
    assert session.models.fetched() == []
    assert session.runs.list() == []


def test_the_token_goes_to_the_hub_and_nowhere_else(session: Session, served: Hub, settings: Settings) -> None:
    project = session.projects.current().id
    assert not session.models.has_token()
    assert "accepted its terms" in ended(session, session.models.fetch(project, "owner/terms"))
    session.models.give_token(TOKEN)
    served.slow = threading.Event()
    run = session.models.fetch(project, "owner/terms")
    until(lambda: session.runs.get(run.id).state.progress)
    living = [one for one in psutil.Process().children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
    assert living, "the job's process was to be looked at"
    for one in living:
        for name in ("cmdline", "environ"):
            assert TOKEN.encode() not in Path(f"/proc/{one.pid}/{name}").read_bytes(), (one, name)
    served.slow.set()
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    assert session.models.fetched() == ["owner/terms"]
    assert TOKEN in {token for _, _, token in served.asked}
    for path in settings.home.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


def test_a_demonstration_fetches_and_opens_nothing(home: Path, tiny_model: Path) -> None:
    with Session(load(space="1"), "anna") as shared:
        for act in (
            lambda: shared.models.fetch(shared.projects.current().id, "owner/tiny"),
            lambda: shared.models.search("tiny"),
            lambda: shared.models.inspect(str(tiny_model)),
            lambda: shared.models.inspect("owner/tiny"),
        ):
            with pytest.raises(ModelError, match="public demonstration"):
                act()


def test_another_owners_projects_and_tuned_models_are_not_found(settings: Settings, session: Session) -> None:
    project = session.projects.current().id
    with Session(settings, "ben") as ben:
        for act in (
            lambda: ben.models.fetch(project, "owner/tiny"),
            lambda: ben.models.inspect("run:20260101-000000-abcd"),
            lambda: ben.models.to_join("run:20260101-000000-abcd"),
            lambda: ben.models.join("20260101-000000-abcd"),
        ):
            with pytest.raises(NotFoundError):
                act()
        assert ben.models.tuned(project) == []


def test_what_fits() -> None:
    from studio.models.fit import fit

    gigabyte = 10**9
    assert fit(10**9, 8 * gigabyte).room == "fits"
    assert fit(3 * 10**9, 8 * gigabyte).room == "tight"
    assert (fit(8 * 10**9, 8 * gigabyte).room, fit(8 * 10**9, 8 * gigabyte).least) == ("tight", 4_800_000_000)
    assert fit(20 * 10**9, 8 * gigabyte).room == "too large"


def run_of(session: Session, project: str, dataset: str, model: str, method: str) -> Run:
    """A short training, finished."""
    run = session.runs.start(project, dataset, model, method, options={"epochs": 1, "max_length": 128})
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    return run


def test_a_tuned_addition_is_joined_with_its_base_and_tuned_further(
    session: Session, chat_file: Path, tiny_model: Path
) -> None:
    project = session.projects.current().id
    dataset = session.datasets.add(project, chat_file, chat_file.name)
    run = run_of(session, project, dataset.id, str(tiny_model), "lora")
    reference = f"run:{run.id}"
    assert [one.id for one in session.models.tuned(project)] == [run.id]
    assert session.models.to_join(reference)
    with pytest.raises(ModelError, match="Join the two first"):
        session.models.inspect(reference)
    assert not session.runs.plan(project, dataset.id, reference).ready
    joining = session.models.join(run.id)
    assert session.runs.wait(joining.id, lambda event: None).state == "finished"
    assert session.models.under_way() is None
    base, joined = models.inspect(tiny_model), session.models.inspect(reference)
    assert (joined.parameters, joined.name) == (base.parameters, run.name)
    assert joined.fingerprint != base.fingerprint, "what was learned is in it"
    assert session.runs.plan(project, dataset.id, reference).model == run.name
    with pytest.raises(ModelError, match="whole already"):
        session.models.join(run.id)
    session.runs.delete(run.id)
    assert session.runs.list() == [], "the joined model goes with its run"


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("SOAK"), reason="three trainings; make soak runs it")
def test_a_model_tuned_in_full_is_tuned_further(session: Session, chat_file: Path, tiny_model: Path) -> None:
    project = session.projects.current().id
    dataset = session.datasets.add(project, chat_file, chat_file.name)
    whole = run_of(session, project, dataset.id, str(tiny_model), "full")
    reference = f"run:{whole.id}"
    assert not session.models.to_join(reference)
    assert session.models.inspect(reference).name == whole.name
    further = run_of(session, project, dataset.id, reference, "lora")
    assert further.model == whole.name
    with pytest.raises(JobError, match="was tuned further"):
        session.runs.delete(whole.id)
    session.runs.delete(further.id)
    session.runs.delete(whole.id)


def test_a_run_that_others_begin_at_is_known(tmp_path: Path) -> None:
    spec = {"data": Source("a", "1"), "split": Source("b", "2"), "model_name": "x", "method": "full", "options": {}}
    work = Train(model=Source("/home/jobs/run1/checkpoints/step-4", "3"), **spec)
    Spec("run2", "train", "x", "2026-01-01T00:00:00Z", work).write(tmp_path)
    assert begins_at(tmp_path, ["run0", "run1"])
    assert not begins_at(tmp_path, ["run2"])
    assert not begins_at(tmp_path / "missing", ["run1"])
