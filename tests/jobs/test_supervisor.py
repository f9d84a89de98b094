"""The supervisor with real job processes: start, follow, stop, and every way to die."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from studio.errors import JobError, NotFoundError, StorageError
from studio.jobs import process
from studio.jobs.process import Identity
from studio.jobs.supervisor import Supervisor
from studio.settings import Settings
from tests.jobs.helpers import HERE, REPOSITORY, spec, supervisor, until


def running(watcher):
    """Waits for the first step; the pid and creation time of the job's process."""
    until(lambda: watcher.state("job-1").last_step is not None)
    holder = watcher.holder()
    return Identity(holder.pid, holder.create_time)


def started(home, body, **options):
    watcher = supervisor(home, body, **options)
    watcher.start(spec())
    return watcher


def test_a_job_runs_to_its_end_and_every_event_is_handed_on(home):
    watcher = started(home, "steps")
    seen = []
    state = watcher.wait("job-1", seen.append)
    assert state.state == "finished"
    assert state.sentence.startswith("Finished after 120 steps")
    assert [event["seq"] for event in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["state"] == "finished"
    assert watcher.holder() is None
    watcher.start(spec("job-2"))


def test_the_others_wait_in_line_and_can_be_moved_and_called_off(home):
    watcher = started(home, "slow")
    running(watcher)
    for job in ("job-2", "job-3", "job-4"):
        watcher.start(spec(job))
        until(lambda job=job: watcher.state(job).word == "waiting")
    assert watcher.holder().pid == process.read(home / "jobs" / "job-1").pid
    assert [watcher.state(f"job-{number}").ahead for number in (2, 3, 4)] == [0, 1, 2]
    assert watcher.state("job-4").sentence == "Waiting for the machine, with 2 before it. It starts by itself."
    watcher.move("job-4", -2)
    assert [watcher.state(f"job-{number}").ahead for number in (2, 3, 4)] == [1, 2, 0]
    watcher.stop("job-3")
    assert watcher.wait("job-3").state == "stopped"
    watcher.stop("job-1")
    until(lambda: watcher.state("job-4").last_step)
    os.kill(process.read(home / "jobs" / "job-4").pid, signal.SIGKILL)
    until(lambda: watcher.state("job-2").last_step)
    watcher.stop("job-2")
    assert watcher.wait("job-2").state == "stopped"
    assert watcher.holder() is None


def test_a_paused_job_leaves_the_device_and_goes_on(home):
    watcher = started(home, "paused")
    assert watcher.wait("job-1").state == "paused"
    assert watcher.holder() is None
    watcher.resume("job-1")
    assert watcher.wait("job-1").state == "finished"
    with pytest.raises(JobError):
        watcher.resume("job-1")


def test_stop_keeps_what_was_learned_and_says_so(home):
    watcher = started(home, "slow")
    until(lambda: watcher.state("job-1").checkpoints)
    watcher.stop("job-1")
    state = watcher.wait("job-1")
    assert (state.state, state.word) == ("stopped", "stopped")
    assert "What it had learned until step" in state.sentence
    with pytest.raises(JobError):
        watcher.stop("job-1")


def test_a_job_that_does_not_react_is_ended_with_its_children(home):
    watcher = started(home, "deaf", stop_seconds=0.5)
    until(lambda: watcher.state("job-1").notes)
    child = Identity.of(int(watcher.state("job-1").notes[0]))
    watcher.stop("job-1")
    assert watcher.state("job-1").state == "stopping"
    state = watcher.wait("job-1")
    assert (state.state, state.word) == ("stopped", "running")
    assert state.sentence == "Stopped after step 7. What it had learned until step 6 is kept."
    until(lambda: not child.alive())


def test_an_overdue_stop_is_seen_to_by_whoever_looks_next(home):
    first = started(home, "deaf", stop_seconds=1e9)
    until(lambda: first.state("job-1").notes)
    first.stop("job-1")
    second = supervisor(home, stop_seconds=0.1)
    assert second.wait("job-1").state == "stopped"


def test_a_job_that_still_prepares_is_ended_at_once(home):
    watcher = started(home, "preparing")
    until(lambda: watcher.state("job-1").word == "preparing")
    watcher.stop("job-1")
    state = watcher.wait("job-1")
    assert (state.state, state.sentence) == ("stopped", "Stopped.")


def test_a_killed_job_is_interrupted_and_gives_the_device_back(home):
    watcher = started(home, "slow")
    until(lambda: watcher.state("job-1").checkpoints)
    os.kill(running(watcher).pid, signal.SIGKILL)
    state = until(lambda: (now := watcher.state("job-1")).ended and now)
    assert state.state == "interrupted"
    assert f"until step {state.kept.step} is kept" in state.sentence
    assert watcher.holder() is None
    with pytest.raises(JobError):
        watcher.stop("job-1")
    assert watcher.state("job-1").state == "interrupted"


def test_a_job_outlives_its_supervisor_and_the_next_one_can_stop_it(home):
    command = [sys.executable, str(HERE / "start_one.py"), str(home), "slow", "job-1"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    first = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert [first.stdout.readline() for _ in range(2)] == ["ready\n", "started\n"]
    first.kill()
    first.communicate()
    second = supervisor(home)
    before = running(second)
    reached = second.state("job-1").last_step.step
    until(lambda: second.state("job-1").last_step.step > reached)
    assert second.holder().id == "job-1"
    second.stop("job-1")
    assert second.wait("job-1").state == "stopped"
    until(lambda: not before.alive())
    assert second.events("job-1").events[0]["seq"] == 1


def test_a_job_whose_starter_died_before_it_wrote_anything_is_found(home):
    watcher = started(home, "slow")
    running(watcher)
    lease_file = home / "leases" / "cpu.json"
    lease_file.write_text(json.dumps(json.loads(lease_file.read_text()) | {"pid": os.getpid(), "create_time": 1.0}))
    again = supervisor(home)
    assert again.state("job-1").state == "running"
    assert again.holder().id == "job-1"


def test_the_job_names_itself(home):
    """process.json is there although nobody but the job could have written it."""
    folder = home / "jobs" / "job-1"
    folder.mkdir(parents=True)
    spec().write(folder)
    child = subprocess.Popen(
        [sys.executable, str(HERE / "bodies.py"), "slow", str(folder)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
    )
    try:
        watcher = supervisor(home)
        assert until(lambda: process.read(folder)).pid == child.pid
        until(lambda: watcher.state("job-1").last_step)
    finally:
        child.kill()
        child.wait()
    assert watcher.state("job-1").state == "interrupted"


def test_a_foreign_process_with_the_jobs_number_is_never_signalled(home):
    watcher = started(home, "slow", stop_seconds=0.0)
    os.kill(running(watcher).pid, signal.SIGKILL)
    until(lambda: watcher.state("job-1").ended)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        process.write(home / "jobs" / "job-1", Identity(stranger.pid, Identity.of(stranger.pid).create_time - 60))
        (home / "jobs" / "job-1" / "control.json").write_text('{"v": 1, "what": "stop", "time": 0}')
        assert supervisor(home, stop_seconds=0.0).wait("job-1").state == "stopped"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_secrets_reach_the_job_and_nothing_else(home, monkeypatch):
    key, other = "sk-" + "Q7x" * 12, "hf_" + "Zz9" * 12
    monkeypatch.setenv("HF_TOKEN", other)
    watcher = supervisor(home, "keyed")
    watcher.start(spec(), {"key": key})
    notes = until(lambda: watcher.state("job-1").notes)
    assert notes == (hashlib.sha256(key.encode()).hexdigest(),)
    worker = psutil.Process(process.read(home / "jobs" / "job-1").pid)
    seen = "\0".join([*worker.cmdline(), *worker.environ().keys(), *worker.environ().values()])
    assert worker.cwd() == str(home / "jobs" / "job-1")
    watcher.stop("job-1")
    assert watcher.wait("job-1").state == "stopped"
    for path in home.rglob("*"):
        seen += path.read_text(errors="replace") if path.is_file() else path.name
    assert key not in seen
    assert other not in seen


def test_what_cannot_start_leaves_nothing_behind(home):
    def broken(folder: Path, secrets):
        raise OSError("no more processes")

    watcher = Supervisor(Settings(home=home), broken)
    with pytest.raises(StorageError):
        watcher.start(spec())
    assert not (home / "jobs" / "job-1").exists()
    assert watcher.holder() is None


def test_ids_are_unique_and_harmless(home):
    watcher = started(home, "steps")
    watcher.wait("job-1")
    with pytest.raises(JobError):
        watcher.start(spec())
    assert watcher.state("job-1").state == "finished"
    assert watcher.holder() is None
    for job in ("../job-1", "", "a/b", ".", "a.b"):
        with pytest.raises(NotFoundError):
            watcher.state(job)
    with pytest.raises(NotFoundError):
        watcher.stop("nobody")
