"""Bodies for tests, in a real worker process: `python bodies.py BODY JOB_DIR`. They do no work, but say what a real
body says, and fail the ways that real ones do."""

import hashlib
import os
import signal
import subprocess
import sys
import time

from studio import worker
from studio.errors import DataError
from studio.jobs import control
from studio.jobs.events import Checkpoint, Note, Plan, State, Step, Validation


def _step(number, total):
    return Step(number, number / 40, 2.0 / number, 1e-3, number * 100, 500.0, number * 0.1, (total - number) * 0.1, 1)


def steps(folder, spec, journal, secrets, total=120, pause=0.0):
    """A whole training of 120 steps with a checkpoint every 4; stops between two steps."""
    journal.append(Plan(total, 3, 40, 12000, 4000, 40, 5, 0, 1000, 10, "cpu"))
    journal.append(State("running"))
    for number in range(1, total + 1):
        if control.requested(folder) == "stop":
            journal.append(State("stopped"))
            return
        journal.append(_step(number, total))
        if number % 4 == 0:
            journal.append(Validation(number, number / 40, 2.0 / number, True))
            journal.append(Checkpoint(number, f"checkpoints/step-{number:06}", True))
        time.sleep(pause)
    journal.append(State("finished"))


def paused(folder, spec, journal, secrets):
    """Leaves after a step, and comes to the end when it goes on."""
    journal.append(Plan(120, 3, 40, 12000, 4000, 40, 5, 0, 1000, 10, "cpu"))
    journal.append(State("running"))
    journal.append(_step(1, 120))
    journal.append(State("finished" if control.requested(folder) == "resume" else "paused"))


def slow(folder, spec, journal, secrets):
    """The same, long enough to be interrupted."""
    steps(folder, spec, journal, secrets, total=12000, pause=0.05)


def many(folder, spec, journal, secrets):
    steps(folder, spec, journal, secrets, total=4000)


def deaf(folder, spec, journal, secrets):
    """Runs, has a child, and hears neither requests nor signals."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    command = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]
    child = subprocess.Popen(command)
    journal.append(State("running"))
    journal.append(_step(7, 120))
    journal.append(Checkpoint(6, "checkpoints/step-000006", True))
    journal.append(Note(str(child.pid)))
    time.sleep(600)


def preparing(folder, spec, journal, secrets):
    time.sleep(600)


def unfit(folder, spec, journal, secrets):
    raise DataError("The rows changed.", "Check the file again.")


def leaky(folder, spec, journal, secrets):
    print("printed by the body")
    raise RuntimeError(f"401: wrong key {secrets['key']}")


def memory(folder, spec, journal, secrets):
    raise MemoryError


def silent(folder, spec, journal, secrets):
    journal.append(State("running"))


def keyed(folder, spec, journal, secrets):
    """Proves that it has the key without saying it, then waits to be looked at."""
    journal.append(State("running"))
    journal.append(Note(hashlib.sha256(secrets["key"].encode()).hexdigest()))
    while control.requested(folder) != "stop":
        time.sleep(0.05)
    journal.append(State("stopped"))


def full(folder, spec, journal, secrets):
    """Meets the end of the space in the middle of a line."""
    import resource  # POSIX only

    journal.append(State("running"))
    for _ in range(20):
        journal.append(Note("x" * 500))
    limit = journal.path.stat().st_size + 30
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    journal.append(Note("this does not fit"))


def threads(folder, spec, journal, secrets):
    journal.append(Note(os.environ["OMP_NUM_THREADS"]))
    journal.append(State("finished"))


if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[2:], bodies={"train": globals()[sys.argv[1]]}))
