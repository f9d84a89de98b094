"""The lease of a device: one holder, and none that is dead."""

import os
import subprocess
import sys

import pytest

from studio.errors import BusyError
from studio.jobs import lease, process
from studio.jobs.events import State
from studio.jobs.journal import Journal
from studio.jobs.lease import Holder
from studio.jobs.process import Identity
from tests.jobs.helpers import HERE, REPOSITORY, supervisor, until


def holder(kind="job", name="Fruit", identity=None, id="one"):
    identity = identity or Identity.of(os.getpid())
    return Holder(kind, id, name, identity.pid, identity.create_time)


DEAD = Identity(os.getpid(), 1.0)


def test_the_second_is_told_who_has_it_and_what_to_do(home):
    lease.acquire(home, "cpu", holder())
    with pytest.raises(BusyError) as busy:
        lease.acquire(home, "cpu", holder(id="two"))
    assert "job Fruit" in busy.value.happened
    assert "stop it" in busy.value.remedy
    lease.release(home, "cpu", holder(id="two"))
    assert lease.holder(home, "cpu").id == "one"
    lease.release(home, "cpu", holder())
    assert lease.holder(home, "cpu") is None
    lease.acquire(home, "cpu", holder("chat", "Fruit, tuned"))
    with pytest.raises(BusyError) as busy:
        lease.acquire(home, "cpu", holder())
    assert str(busy.value) == "The chat with Fruit, tuned is using this machine. Close the chat, then start again."


def test_devices_are_held_apart(home):
    lease.acquire(home, "cpu", holder())
    lease.acquire(home, "gpu-0", holder(id="two"))


def test_a_dead_holder_counts_as_none(home):
    lease.acquire(home, "cpu", holder(identity=DEAD))
    assert lease.holder(home, "cpu") is None
    lease.acquire(home, "cpu", holder(id="two"))
    assert lease.holder(home, "cpu").id == "two"


def test_a_broken_lease_counts_as_none(home):
    lease.acquire(home, "cpu", holder())
    (home / "leases" / "cpu.json").write_text("{")
    assert lease.holder(home, "cpu") is None


def test_a_job_that_outlived_its_starter_still_holds(home):
    lease.acquire(home, "cpu", holder(identity=DEAD))
    folder = home / "jobs" / "one"
    folder.mkdir(parents=True)
    process.write(folder, Identity.of(os.getpid()))
    try:
        assert lease.holder(home, "cpu") is not None
    finally:
        (folder / process.FILE).unlink()


def test_a_job_that_said_its_last_word_holds_no_more(home):
    lease.acquire(home, "cpu", holder())
    folder = home / "jobs" / "one"
    folder.mkdir(parents=True)
    with Journal(folder) as journal:
        journal.append(State("finished"))
    assert lease.holder(home, "cpu") is None


def test_handing_over_is_for_the_same_job_only(home):
    lease.acquire(home, "cpu", holder())
    with pytest.raises(BusyError):
        lease.hand_over(home, "cpu", holder(id="two"))
    lease.hand_over(home, "cpu", holder(identity=DEAD))
    assert lease.holder(home, "cpu") is None


def test_of_two_starts_at_once_one_waits(home, tmp_path):
    gun = tmp_path / "gun"
    command = [sys.executable, str(HERE / "start_one.py"), str(home), "slow"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    racers = [
        subprocess.Popen(
            [*command, job, str(gun)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for job in ("job-1", "job-2")
    ]
    try:
        for racer in racers:
            assert racer.stdout.readline() == "ready\n"
        gun.touch()
        assert [racer.stdout.readline() for racer in racers] == ["started\n", "started\n"]
        watcher = supervisor(home)
        first = until(watcher.holder)
        other = "job-2" if first.id == "job-1" else "job-1"
        until(lambda: watcher.state(other).word == "waiting")
        assert watcher.state(other).sentence == "Waiting for the machine. It is the next, and starts by itself."
        watcher.stop(first.id)
        until(lambda: watcher.state(other).last_step)
        assert watcher.holder().id == other
        watcher.stop(other)
        watcher.wait(other)
    finally:
        for racer in racers:
            racer.communicate("")
