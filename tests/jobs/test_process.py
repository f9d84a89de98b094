"""Identity: a number alone is never trusted."""

import os
import subprocess
import sys

import pytest

from studio.errors import JobError
from studio.jobs import control, process, processors
from studio.jobs.process import Identity
from tests.jobs.helpers import until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def sleeper():
    child = subprocess.Popen(SLEEP, start_new_session=True)
    yield child
    child.kill()
    child.wait()


def test_a_living_process_is_recognised_and_one_that_was_reaped_is_not(tmp_path, sleeper):
    identity = Identity.of(sleeper.pid)
    process.write(tmp_path, identity)
    assert process.read(tmp_path) == identity
    assert identity.alive()
    sleeper.kill()
    sleeper.wait()
    assert not identity.alive()
    with pytest.raises(JobError):
        Identity.of(sleeper.pid)


def test_a_process_that_only_waits_to_be_reaped_is_dead(sleeper):
    identity = Identity.of(sleeper.pid)
    os.kill(sleeper.pid, 9)
    until(lambda: not identity.alive())
    assert sleeper.returncode is None


def test_a_number_used_again_is_never_signalled(sleeper):
    other = Identity(sleeper.pid, Identity.of(sleeper.pid).create_time - 100)
    assert not other.alive()
    process.end(other, patience=0.1)
    assert sleeper.poll() is None


def test_a_clock_that_was_set_by_a_second_changes_nothing(sleeper):
    assert Identity(sleeper.pid, Identity.of(sleeper.pid).create_time + 1.0).alive()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": -1, "create_time": 0}', '{"pid": 1}'])
def test_a_broken_process_file_names_nobody(tmp_path, text):
    (tmp_path / process.FILE).write_text(text)
    assert process.read(tmp_path) is None


def test_ending_takes_the_whole_family():
    code = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True); import time; time.sleep(600)"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    child = Identity.of(int(parent.stdout.readline()))
    process.end(Identity.of(parent.pid), patience=5)
    assert parent.wait() != 0
    until(lambda: not child.alive())
    parent.stdout.close()


def test_the_first_request_stands(tmp_path):
    assert control.requested(tmp_path) is None
    control.request(tmp_path, "stop")
    first = control.read(tmp_path)
    control.request(tmp_path, "stop")
    assert control.read(tmp_path) == first
    assert control.requested(tmp_path) == "stop"
    (tmp_path / control.FILE).write_text("{")
    assert control.requested(tmp_path) is None


def test_the_containers_quota_bounds_the_threads(tmp_path):
    free = processors.allowed(tmp_path)
    assert free >= 1
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert processors.allowed(tmp_path) == 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert processors.allowed(tmp_path) == free
    (tmp_path / "cpu.max").unlink()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("100000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert processors.allowed(tmp_path) == 1
