"""The worker: what goes wrong in a job, put into words, in a process that really ends."""

import errno
import os
import subprocess
import sys

import pytest

from studio import worker
from studio.jobs import journal, process
from studio.jobs.events import State
from studio.jobs.journal import Journal
from tests.jobs.helpers import HERE, REPOSITORY, spec, supervisor, until


def done(home, body, secrets=None, **options):
    watcher = supervisor(home, body)
    watcher.start(spec(**options), secrets)
    return watcher.wait("job-1")


def test_a_fault_of_the_user_keeps_its_two_sentences(home):
    state = done(home, "unfit")
    assert (state.state, state.sentence) == ("failed", "The rows changed. Check the file again.")
    assert "DataError" in state.failure.details


def test_a_fault_of_ours_hides_the_traceback_and_every_key(home):
    state = done(home, "leaky", {"key": "sk-very-secret"})
    assert state.state == "failed"
    assert "RuntimeError" not in state.sentence
    assert "401: wrong key ***" in state.failure.details
    folder = home / "jobs" / "job-1"
    assert all("sk-very-secret" not in path.read_text() for path in folder.iterdir() if path.is_file())
    assert "printed by the body" in (folder / "worker.log").read_text()


def test_memory_that_ran_out_is_said_so(home):
    assert done(home, "memory").failure.happened == "The memory of this machine ran out."


def test_a_body_without_a_last_word_has_failed(home):
    assert done(home, "silent").state == "failed"


@pytest.mark.skipif(os.name != "posix", reason="a limit on file size needs POSIX")
def test_a_full_disk_is_never_a_lie(home):
    state = done(home, "full")
    assert state.state == "interrupted"
    assert "OSError" in state.details
    page = journal.read(home / "jobs" / "job-1" / journal.FILE)
    assert [event["seq"] for event in page.events] == list(range(1, 23))


def test_threads_are_set_before_anything_heavy_is_loaded(home):
    assert done(home, "threads", threads=3).notes == ("3",)


def test_an_unreadable_spec_is_a_failure_in_words(home):
    folder = home / "jobs" / "job-1"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text("{")
    command = [sys.executable, str(HERE / "bodies.py"), "steps", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    assert subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode == 1
    assert "cannot be read" in supervisor(home).state("job-1").sentence


def test_an_ended_job_is_not_done_again(home):
    folder = home / "jobs" / "job-1"
    folder.mkdir(parents=True)
    spec().write(folder)
    with Journal(folder) as writer:
        writer.append(State("finished"))
    command = [sys.executable, str(HERE / "bodies.py"), "steps", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert run.returncode == 1
    assert "already ended" in run.stderr
    assert len(journal.read(folder / journal.FILE).events) == 1


def test_a_stop_by_signal_is_heard_between_two_steps(home):
    folder = home / "jobs" / "job-1"
    watcher = supervisor(home, "slow")
    watcher.start(spec())
    until(lambda: watcher.state("job-1").last_step)
    process.read(folder).find().terminate()
    assert watcher.wait("job-1").word == "stopped"


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], ["a", "b"]])
def test_wrong_use_is_told(arguments, capsys):
    assert worker.main(arguments) == 2
    assert "JOB_DIR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left"), "The disk is full."),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "The memory of this machine ran out."),
        (FileNotFoundError(errno.ENOENT, "No such file", "rows.parquet"), "The file rows.parquet cannot be used"),
        (KeyError("x"), "The job met a fault in the studio itself."),
    ],
)
def test_foreign_errors_in_plain_words(error, words):
    assert worker.explain(error).happened.startswith(words)
