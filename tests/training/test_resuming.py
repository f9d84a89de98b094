"""A training that was paused or killed goes on as if nothing had happened: the same weights to the last bit, and one
curve without a seam."""

import json
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from safetensors.torch import load_file

from studio import worker
from studio.jobs import control, journal
from studio.jobs.spec import Spec
from studio.jobs.state import fold
from studio.models import checkpoint
from studio.training import standing
from tests.tiny import chat_rows

LONG = {"epochs": 30, "learning_rate": 5e-3, "tokens_per_step": 256, "evaluations_per_epoch": 2, "patience": 0}


# Real processes, which share the seconds that the libraries take to load.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["studio.worker", "studio.training.body", "peft", "transformers.models.llama"])


def work(folder: str) -> None:
    raise SystemExit(worker.main([folder]))


def begin(folder: Path) -> BaseProcess:
    child = FORKS.Process(target=work, args=(str(folder),))
    child.start()
    return child


def ended_well(child: BaseProcess) -> None:
    child.join(240)
    assert child.exitcode == 0


def complete(folder: Path) -> None:
    ended_well(begin(folder))


def events(folder: Path) -> list[dict]:
    return journal.read(folder / journal.FILE, "0").events


def steps(folder: Path) -> int:
    return max((event["step"] for event in events(folder) if event["type"] == "step"), default=0)


def until(folder: Path, wanted: int, child: BaseProcess) -> None:
    while steps(folder) < wanted:
        assert child.is_alive(), (folder / journal.FILE).read_text()[-2000:]
        time.sleep(0.005)


def weights(folder: Path) -> dict[str, bytes]:
    """Every file of weights of the checkpoints that count, as bytes by tensor."""
    found = {}
    for kept in checkpoint.kept(folder):
        for file in kept.path.rglob("*.safetensors"):
            for name, tensor in load_file(file).items():
                found[f"{kept.step}/{file.name}/{name}"] = tensor.numpy().tobytes()
    return found


def told(folder: Path) -> dict[str, list]:
    """What the curve is drawn from; step events are thinned by time, so only their order is compared."""
    found = events(folder)
    checks = [(e["step"], e["loss"], e["best"]) for e in found if e["type"] == "validation"]
    return {"checks": checks, "kept": [e["step"] for e in found if e["type"] == "checkpoint"]}


def assert_without_a_seam(folder: Path, whole: Path) -> None:
    assert told(folder) == told(whole)
    numbers = [event["step"] for event in events(folder) if event["type"] == "step"]
    assert numbers == sorted(set(numbers)), "no step is told twice"
    losses = {e["step"]: e["loss"] for e in events(whole) if e["type"] == "step"}
    shared = [e for e in events(folder) if e["type"] == "step" and e["step"] in losses]
    assert all(e["loss"] == losses[e["step"]] for e in shared)
    assert [e["seq"] for e in events(folder)] == list(range(1, len(events(folder)) + 1))


@pytest.fixture
def pair(make_job, tiny_model):
    """Two jobs of the same spec: one that is left alone and has ended, one that has not begun."""

    def make(**options) -> tuple[Path, Path]:
        whole, _ = make_job(chat_rows(60), **{**LONG, **options})
        other, _ = make_job(chat_rows(60), **{**LONG, **options})
        complete(whole)
        return whole, other

    return make


def rows_of(method: str) -> list[dict]:
    chats = chat_rows(60)
    if method == "classifier":
        return [{"text": one["messages"][0]["content"], "label": one["messages"][-1]["content"]} for one in chats]
    if method == "preference":
        worse = [{"role": "assistant", "content": "i do not know"}]
        return [{"prompt": one["messages"][:-1], "chosen": one["messages"][-1:], "rejected": worse} for one in chats]
    return chats


@pytest.mark.parametrize("method", ["full", "classifier", "preference"])
def test_every_method_ends_as_if_it_had_not_been_killed(make_job, tiny_encoder, tiny_model, method):
    base = tiny_encoder if method == "classifier" else tiny_model
    short = {**LONG, "epochs": 6, "learning_rate": 2e-3}
    whole, other = (make_job(rows_of(method), base, method, **short)[0] for _ in range(2))
    complete(whole)
    child = begin(other)
    until(other, 20, child)
    child.kill()
    child.join(30)
    resume(other)
    complete(other)
    assert fold(events(other), None, alive=False).state == "finished"
    assert weights(other) == weights(whole)
    assert_without_a_seam(other, whole)


def resume(folder: Path) -> None:
    control.request(folder, "resume")


def test_paused_and_gone_on(pair):
    whole, other = pair(dropout=0.1)
    child = begin(other)
    until(other, 40, child)
    control.request(other, "pause")
    ended_well(child)
    state = fold(events(other), "pause", alive=False)
    assert state.state == "paused"
    assert state.resumable
    assert state.sentence.startswith("Paused after step")
    resume(other)
    complete(other)
    assert fold(events(other), "resume", alive=False).state == "finished"
    assert weights(other) == weights(whole)
    assert_without_a_seam(other, whole)
    assert not (other / standing.FOLDER).exists(), "what is over needs no standing"


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20 if os.environ.get("SOAK") else 3))
def test_killed_at_any_moment(pair, seed):
    whole, other = pair(dropout=0.1)
    draw = random.Random(seed)
    for _ in range(draw.choice([1, 2, 3])):
        child = begin(other)
        until(other, min(steps(other) + draw.randint(0, 60), 170), child)
        time.sleep(draw.random() * 0.3)
        child.kill()
        child.join(30)
        state = fold(events(other), None, alive=False)
        if state.state == "finished":
            break
        assert state.state == "interrupted"
        for kept in checkpoint.kept(other):
            checkpoint.verify(kept.path)
        resume(other)
    if fold(events(other), None, alive=False).state != "finished":
        complete(other)
    assert weights(other) == weights(whole)
    assert_without_a_seam(other, whole)


def killed_at(folder: str, number: int) -> None:
    """The worker, which is killed at the `number`th time that something is put to the disk for good."""
    real, done = checkpoint._sync, 0

    def sync(path: Path) -> None:
        nonlocal done
        done += 1
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)
        real(path)

    checkpoint._sync = sync
    work(folder)


def test_killed_at_every_point_of_writing_a_checkpoint(pair):
    whole, other = pair(epochs=6)
    # the last file, the manifest, its folder and the folder around it; then the first ones of where it stands
    for number in range(2, 8):
        child = FORKS.Process(target=killed_at, args=(str(other), number))
        child.start()
        child.join(240)
        assert child.exitcode == -signal.SIGKILL
        for kept in checkpoint.kept(other):
            checkpoint.verify(kept.path)
        resume(other)
    complete(other)
    assert weights(other) == weights(whole)
    assert_without_a_seam(other, whole)


def test_cancelled_keeps_nothing(make_job):
    folder, _ = make_job(chat_rows(60), **LONG)
    child = begin(folder)
    until(folder, 30, child)
    control.request(folder, "cancel")
    ended_well(child)
    state = fold(events(folder), "cancel", alive=False)
    assert (state.state, state.sentence) == ("cancelled", "Cancelled. Nothing of this run was kept.")
    assert not checkpoint.kept(folder)
    assert not (folder / standing.FOLDER).exists()


def test_a_standing_torn_anywhere_does_not_count(make_job):
    """The manifest cut at every byte: the standing before it is taken, and the end is the same."""
    folder, spec = make_job(chat_rows(60), **LONG)
    child = begin(folder)
    until(folder, 60, child)
    control.request(folder, "pause")
    ended_well(child)
    kept = checkpoint.kept(folder, inside=standing.FOLDER)
    assert len(kept) == 2
    manifest = kept[-1].path / checkpoint.MANIFEST
    text = manifest.read_bytes()
    for size in range(len(text)):
        manifest.write_bytes(text[:size])
        assert [item.step for item in checkpoint.kept(folder, inside=standing.FOLDER)] == [kept[0].step]
    resume(folder)
    complete(folder)
    assert fold(events(folder), "resume", alive=False).state == "finished"
    assert isinstance(spec, Spec)
    assert json.loads((folder / "spec.json").read_text())["job"] == spec.job
