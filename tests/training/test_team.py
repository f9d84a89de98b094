"""Two real processes at one training do what one does, leave together and go on together, and say when one is lost."""

import os
import signal

from studio.jobs import control, process
from studio.jobs.launchers import accelerate
from studio.jobs.state import fold
from studio.models import checkpoint
from tests.tiny import chat_rows
from tests.training.test_resuming import LONG, complete, events, until
from tests.training.together import SHORT, ended_well, same_curve


def test_accelerate_starts_two_that_end_as_one(make_job):
    whole, _ = make_job(chat_rows(60), **SHORT)
    complete(whole)
    folder, _ = make_job(chat_rows(60), **SHORT)
    assert accelerate.several(folder, {}, 2).wait(240) == 0, (folder / "worker.log").read_text()[-3000:]
    same_curve(folder, whole)
    state = fold(events(folder), None, alive=False)
    assert state.state == "finished"
    assert [kept.step for kept in checkpoint.kept(folder)] == [kept.step for kept in checkpoint.kept(whole)]


def test_both_leave_at_a_pause_go_on_and_tell_when_one_is_lost(make_job, begin_two):
    long = {**LONG, "learning_rate": 1e-3, "epochs": 16}
    whole, folder = (make_job(chat_rows(60), **long)[0] for _ in range(2))
    complete(whole)
    first, second = begin_two(folder)
    until(folder, 20, first)
    control.request(folder, "pause")
    ended_well([first, second])
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
    ended_well(begin_two(folder))
    assert fold(events(folder), "resume", alive=False).state == "finished"
    same_curve(folder, whole)


def test_one_card_or_none_changes_nothing(make_job, monkeypatch):
    folder, _ = make_job(chat_rows(60))
    assert accelerate.processes(folder) == 1
    monkeypatch.setattr(accelerate, "cards", lambda: 3)
    assert accelerate.processes(folder) == 3
    assert accelerate.processes(folder.parent) == 1, "what is no training has one process"


def test_the_fullest_of_the_chosen_cards_counts(tmp_path, monkeypatch):
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\nprintf '0, GPU-aa, 4000\\n1, GPU-bb, 1000\\n2, GPU-cc, 3000\\n'\n")
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert accelerate.free_bytes() is None, "no cards, no question"
    monkeypatch.setattr(accelerate, "cards", lambda: 3)
    for chosen, free in (("0,2", 3000), ("GPU-a", 4000), ("1", 1000)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
        accelerate._free.cache_clear()
        assert accelerate.free_bytes() == free * 2**20
    accelerate._free.cache_clear()
