"""A worker that waits for a job: it takes one as a cold start would, and whatever happens to it, the job starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from studio.jobs import process
from studio.jobs.launchers import local
from studio.jobs.launchers.warm import Warm
from studio.jobs.supervisor import Supervisor
from studio.settings import Settings
from tests.jobs.helpers import spec, until


@pytest.fixture
def warm():
    one = Warm(1)
    yield one
    one.end()


def ready(warm):
    warm.prepare()
    until(lambda: warm._waiting.ready.is_set())
    return warm._waiting.process.pid


def test_a_waiting_worker_takes_the_job_with_its_secrets_and_its_log(home, warm):
    pid = ready(warm)
    warm.prepare()
    assert warm._waiting.process.pid == pid
    watcher = Supervisor(Settings(home=home), warm.launch)
    watcher.start(spec(threads=1), {"token": "a secret key"})
    state = watcher.wait("job-1")
    folder = home / "jobs" / "job-1"
    # its model is nowhere, which the job itself says
    assert state.state == "failed"
    assert process.read(folder).pid == pid
    assert (folder / local.LOG).exists()
    assert "a secret key" not in "".join(path.read_text() for path in folder.glob("*.json*"))
    assert warm._waiting is None


def test_a_worker_that_died_or_does_not_suit_leaves_the_job_to_a_cold_start(home, warm):
    pid = ready(warm)
    watcher = Supervisor(Settings(home=home), warm.launch)
    watcher.start(spec("other-threads", threads=2))
    assert watcher.wait("other-threads").state == "failed"
    os.kill(pid, signal.SIGKILL)
    until(lambda: not warm._waiting.alive())
    watcher.start(spec("after-death", threads=1))
    assert watcher.wait("after-death").state == "failed"
    assert process.read(home / "jobs" / "after-death").pid != pid


def test_a_worker_that_hangs_is_ended_and_the_job_starts_cold(home, warm, monkeypatch):
    pid = ready(warm)
    monkeypatch.setattr("studio.jobs.launchers.warm.TAKEN_SECONDS", 0.2)
    os.kill(pid, signal.SIGSTOP)
    watcher = Supervisor(Settings(home=home), warm.launch)
    watcher.start(spec(threads=1))
    assert watcher.wait("job-1").state == "failed"
    assert not psutil.pid_exists(pid)


def test_it_ends_with_who_started_it_and_when_idle(tmp_path):
    code = (
        "from studio.jobs.launchers import warm; import sys, time; warm.IDLE_SECONDS = float(sys.argv[1]); "
        "one = warm.Warm(1); one.prepare(); one._waiting.ready.wait(); print(one._waiting.process.pid, flush=True); "
        "time.sleep(600)"
    )

    for idle in ("600", "0.1"):
        parent = subprocess.Popen(
            [sys.executable, "-c", code, idle], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        pid = int(parent.stdout.readline())
        if idle == "600":
            assert psutil.pid_exists(pid)
            assert os.getsid(pid) == pid
            parent.kill()
            parent.wait()
        until(lambda pid=pid: not psutil.pid_exists(pid))
        parent.kill()
        parent.wait()
        parent.stdout.close()
