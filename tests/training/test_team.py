"""Two real processes at one training do what one does, leave together and go on together, and say when one is lost."""

import os
import signal
import socket

import pytest

from studio import worker
from studio.jobs import control, process
from studio.jobs.launchers import accelerate
from studio.jobs.state import fold
from studio.models import checkpoint
from tests.tiny import chat_rows
from tests.training.test_resuming import FORKS, LONG, complete, events, rows_of, until


def rank(folder: str, number: int, port: int) -> None:
    os.environ |= {"RANK": str(number), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    raise SystemExit(worker.main(["--rank", folder]))


@pytest.fixture
def begin_two():
    """Begins the two processes of a job, the first one first; both are ended with the test."""
    begun = []

    def begin(folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        both = [FORKS.Process(target=rank, args=(str(folder), number, port)) for number in (0, 1)]
        for one in both:
            one.start()
        begun.extend(both)
        return both

    yield begin
    for one in begun:
        one.kill()
        one.join(30)


def losses(folder, kind="step"):
    return {event["step"]: event["loss"] for event in events(folder) if event["type"] == kind}


def agree(one, other, share):
    shared = one.keys() & other.keys()
    assert shared
    assert {step: one[step] for step in shared} == pytest.approx({step: other[step] for step in shared}, rel=share)


def same_curve(folder, whole, share=1e-2):
    """share: by which losses may differ; beside a base in half precision small differences grow."""
    agree(losses(folder), losses(whole), share)
    assert losses(folder, "validation").keys() == losses(whole, "validation").keys()
    agree(losses(folder, "validation"), losses(whole, "validation"), share)
    numbers = [event["seq"] for event in events(folder)]
    assert numbers == list(range(1, len(numbers) + 1)), "one process alone writes"


SHORT = {**LONG, "epochs": 2, "learning_rate": 2e-3}


def test_accelerate_starts_two_that_end_as_one(make_job):
    whole, _ = make_job(chat_rows(60), **SHORT)
    complete(whole)
    folder, _ = make_job(chat_rows(60), **SHORT)
    assert accelerate.several(folder, {}, 2).wait(240) == 0, (folder / "worker.log").read_text()[-3000:]
    same_curve(folder, whole)
    state = fold(events(folder), None, alive=False)
    assert state.state == "finished"
    assert [kept.step for kept in checkpoint.kept(folder)] == [kept.step for kept in checkpoint.kept(whole)]


@pytest.mark.parametrize("method", ["full", "classifier", "preference"])
def test_every_method_learns_the_same(make_job, begin_two, tiny_model, tiny_encoder, method):
    base = tiny_encoder if method == "classifier" else tiny_model
    # what is left out at random differs between the processes
    options = SHORT | ({"word_dropout": 0.0} if method == "classifier" else {})
    whole, folder = (make_job(rows_of(method), base, method, **options)[0] for _ in range(2))
    complete(whole)
    for one in begin_two(folder):
        one.join(240)
        assert one.exitcode == 0
    same_curve(folder, whole, 1e-4)


def test_both_leave_at_a_pause_go_on_and_tell_when_one_is_lost(make_job, begin_two):
    long = {**LONG, "learning_rate": 1e-3, "epochs": 16}
    whole, folder = (make_job(chat_rows(60), **long)[0] for _ in range(2))
    complete(whole)
    first, second = begin_two(folder)
    until(folder, 20, first)
    control.request(folder, "pause")
    for one in (first, second):
        one.join(60)
        assert one.exitcode == 0
    assert fold(events(folder), "pause", alive=False).state == "paused"
    control.request(folder, "resume")

    first, second = begin_two(folder)
    until(folder, 60, first)
    os.kill(second.pid, signal.SIGKILL)
    first.join(60)
    assert first.exitcode == 1
    state = fold(events(folder), None, alive=False)
    assert (state.state, state.resumable) == ("failed", True)
    assert state.sentence.startswith("One of the 2 processes of this training ended.")
    for kept in checkpoint.kept(folder):
        checkpoint.verify(kept.path)

    first, second = begin_two(folder)
    until(folder, 80, first)
    os.kill(first.pid, signal.SIGKILL)
    second.join(60)
    assert second.exitcode is not None, "nobody is left behind without the first"
    assert not process.read(folder).alive()
    for one in begin_two(folder):
        one.join(240)
        assert one.exitcode == 0
    assert fold(events(folder), "resume", alive=False).state == "finished"
    same_curve(folder, whole)


def test_one_card_or_none_changes_nothing(make_job, monkeypatch):
    folder, _ = make_job(chat_rows(60))
    assert accelerate.processes(folder) == 1
    monkeypatch.setattr(accelerate, "cards", lambda: 3)
    assert accelerate.processes(folder) == 3
    assert accelerate.processes(folder.parent) == 1, "what is no training has one process"
