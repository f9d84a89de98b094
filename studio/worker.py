"""Entry of every job process: `python -m studio.worker JOB_DIR`; `--wait THREADS SECONDS` for one that is told its
folder later (jobs/launchers/warm.py); `--rank JOB_DIR` for one of several at a training (jobs/launchers/accelerate.py).

Reads the spec, calls the body of its kind, and tells what went wrong. It writes nothing outside its folder but its
place in the line for the device; what a job does is its body's business."""

import faulthandler
import json
import mmap
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.errors import JobError, LostSightError
from studio.jobs import control, process, processors, ranks, turns
from studio.jobs import spec as specs
from studio.jobs.events import Failure, State
from studio.jobs.explaining import explain
from studio.jobs.journal import Journal
from studio.jobs.launchers import warm
from studio.jobs.launchers.local import LOG
from studio.jobs.process import Identity
from studio.jobs.spec import Spec
from studio.models import loading

Body = Callable[[Path, Spec, Journal, Mapping[str, str]], None]


def _prepare(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.data.body import run

    run(folder, spec, journal, secrets)


def _train(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.training.body import run

    run(folder, spec, journal, secrets)


def _rehearse(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.training.rehearsal import run

    run(folder, spec, journal, secrets)


def _evaluate(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.evaluation.body import run

    run(folder, spec, journal, secrets)


def _apply(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.evaluation.applying import run

    run(folder, spec, journal, secrets)


def _hosted(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.hosted.body import run

    run(folder, spec, journal, secrets)


def _fetch(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.models.body import run

    run(folder, spec, journal, secrets)


def _merge(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    from studio.models.merging import run

    run(folder, spec, journal, secrets)


BODIES: Mapping[str, Body] = {
    "prepare": _prepare,
    "train": _train,
    "rehearse": _rehearse,
    "evaluate": _evaluate,
    "apply": _apply,
    "hosted": _hosted,
    "fetch": _fetch,
    "merge": _merge,
}


def main(arguments: list[str] | None = None, bodies: Mapping[str, Body] = BODIES) -> int:
    """Does the job of the folder named by the one argument; exit code 0 (finished or stopped), 1 (failed) or 2 (used
    wrongly). Secrets: one line of JSON on standard input, or its end."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["--wait"] and len(arguments) == 3:
        told = _wait(int(arguments[1]), float(arguments[2]))
        return _do(told[0], bodies, lambda: told[1]) if told else 0
    if arguments[:1] == ["--rank"]:
        arguments = arguments[1:]
        ranks.begin()
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("The worker needs the folder of a job. Use: python -m studio.worker JOB_DIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0]).resolve()
    if ranks.mine().count == 1:
        return _do(folder, bodies, _read_secrets)
    code = _help(folder, bodies) if ranks.mine().number else _do(folder, bodies, _read_secrets)
    sys.stdout.flush()
    sys.stderr.flush()
    # an ordinary end would take down connections to processes that may be gone, and wait for them
    os._exit(code)


def _do(folder: Path, bodies: Mapping[str, Body], read_secrets: Callable[[], dict[str, str]]) -> int:
    faulthandler.enable()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: control.ask_this_process("stop"))
    secrets: dict[str, str] = {}
    spare = mmap.mmap(-1, SPARE_BYTES)
    try:
        with Journal(folder) as journal:
            if journal.ended and control.requested(folder) != "resume":
                raise JobError("This job has already ended.", "Start a new one from its settings.")
            try:
                _reserve(folder)
                process.write(folder, Identity.of(os.getpid()))
                journal.append(State("preparing"))
                secrets.update(read_secrets())
                _work(folder, journal, secrets, bodies)
            except Exception as error:
                if journal.ended:
                    raise
                spare.close()
                _tell(folder, journal, secrets, error)
                return 1
            return 0
    except Exception as error:  # noqa: BLE001 - the last resort, when not even the journal can be written
        print(_without(secrets, "".join(traceback.format_exception(error))), file=sys.stderr, flush=True)
        return 1


def _help(folder: Path, bodies: Mapping[str, Body]) -> int:
    """What a process does that is not the first of its training: the same, and what it would write goes nowhere. Who
    asks the job to end asks the first."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    ranks.leave_with_the_first(folder)
    try:
        spec = specs.read(folder)
        processors.prepare(spec.work.threads)
        with tempfile.TemporaryDirectory() as place, Journal(Path(place)) as journal:
            bodies[spec.kind](folder, spec, journal, {})
    except Exception as error:  # noqa: BLE001 - the first process tells it
        ranks.tell(folder, explain(error))
        return 1
    return 0


def _wait(threads: int, seconds: float) -> tuple[Path, dict[str, str]] | None:
    """Imports what a training needs and waits for one line that names a job's folder, with its secrets; None when the
    other side is gone. Ends this process when nothing came for so many seconds. What is printed from then on goes to
    the job's log."""
    processors.prepare(threads)
    loading.warm()
    print(warm.READY, flush=True)
    idle = threading.Timer(seconds, os._exit, (0,))
    idle.daemon = True
    idle.start()
    line = sys.stdin.readline()
    idle.cancel()
    if not line.strip():
        return None
    told = json.loads(line)
    folder = Path(told["folder"])
    print(warm.TAKEN, flush=True)
    log = os.open(folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    os.chdir(folder)
    return folder, told["secrets"]


def _work(folder: Path, journal: Journal, secrets: dict[str, str], bodies: Mapping[str, Body]) -> None:
    spec = specs.read(folder)
    processors.prepare(spec.work.threads)
    # What was paid for at a provider has to be cancelled there first.
    asked = control.requested(folder)
    if asked in ("stop", "cancel") and spec.kind != "hosted":
        journal.append(State("stopped" if asked == "stop" else "cancelled"))
    else:
        left = turns.wait(folder, spec, journal)
        if left is None:
            bodies[spec.kind](folder, spec, journal, secrets)
        else:
            journal.append(State(left))
    if not (journal.ended or journal.paused):
        raise RuntimeError(f"the body of {spec.kind} returned without a last word")


RESERVE, RESERVED_BYTES = "reserve", 16_384
"""A file that is given up for the last words when the disk is full."""


SPARE_BYTES = 16 * 2**20
"""Of memory, given up for the last words when it ran out; never written to, so that it takes nothing but its place."""


def _reserve(folder: Path) -> None:
    # no zeros, which some disks keep for nothing
    (folder / RESERVE).write_text(os.urandom(RESERVED_BYTES // 2).hex(), encoding="ascii")


def _tell(folder: Path, journal: Journal, secrets: Mapping[str, str], error: Exception) -> None:
    """Journals what went wrong."""
    failure = explain(error)
    happened, remedy, details = (_without(secrets, t) for t in (failure.happened, failure.remedy, failure.details))
    if failure.reason == "disk":
        (folder / RESERVE).unlink(missing_ok=True)
    journal.append(Failure(happened, remedy, details, failure.reason))
    if not isinstance(error, LostSightError):
        journal.append(State("failed"))


def _read_secrets() -> dict[str, str]:
    if sys.stdin is None or sys.stdin.isatty():
        return {}
    line = sys.stdin.readline()
    try:
        return {str(name): str(value) for name, value in json.loads(line).items()} if line.strip() else {}
    except (ValueError, AttributeError):
        # The line itself stays out of the message: it may hold a key.
        raise JobError("The keys for this job did not arrive whole.", "Start the job again.") from None


def _without(secrets: Mapping[str, str], text: str) -> str:
    for value in secrets.values():
        if value:
            text = text.replace(value, "***")
    return text


if __name__ == "__main__":
    sys.exit(main())
