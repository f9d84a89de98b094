"""The body of a rehearsal: some steps of a training that are thrown away, to know beforehand how long it will take, how
much memory and disk it needs, and what the model sees."""

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import methods
from studio.errors import JobError
from studio.jobs import control
from studio.jobs.events import Progress, Result, State
from studio.jobs.journal import Journal, read
from studio.jobs.spec import Spec, Train
from studio.jobs.state import JobState
from studio.methods.base import Method
from studio.models import checkpoint, loading
from studio.training import body, machine, standing
from studio.training.batching import Course, course, held_batches
from studio.training.labels import Telling
from studio.training.loop import READING_SHARE, STANDING_SHARE
from studio.training.preparing import Prepared
from studio.training.showing import shown
from studio.training.stepping import Stepper
from studio.training.tokens import Shelf

SECONDS = 6.0
"""About so long the steps may take; on slow machines it is longer, for there are at least LEAST of them."""
LEAST, MOST = 4, 24
WARM_UP = 2
SHOWN_ROWS = 8
NOWHERE = standing.Counters(0, 0, 0.0, 0.0, None, 0, 0, 0.0)
KEPT = 2
"""Checkpoints on disk: the best and the last. While one is written there is another."""


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Rehearses as the spec says and journals a result (see measured); StudioError for whatever would keep the training
    from starting. Nothing that was trained is kept. secrets: none are needed."""
    work = spec.work
    if not isinstance(work, Train):
        raise JobError("This job is not a training.", "Start it again from the Method tab.")
    # The job's last word is that it has its turn; since then its libraries were imported.
    began = JobState().advance(read(journal.path, "0").events).updated or time.time()
    machine.use_threads(work.threads)
    info, training, validation = body.verified(work)
    method = methods.get(work.method)
    options = methods.validate(work.method, work.options, info)
    journal.append(State("running"))
    journal.append(Progress("Reading the examples and the base model", 0, 0))
    ready = body.PREPARE[method.teaches](info, method, options, training, validation, Shelf.of(work).tokens)
    prepared = time.time() - began
    journal.append(Progress("Trying some steps", 0, 0))
    found = measured(folder, ready, method, options)
    found["seconds"] += prepared
    tokenizer = loading.load_tokenizer(Path(info.path))
    labels = ready.lesson.labels if isinstance(ready.lesson, Telling) else None
    first = course(ready.rows, options).batches(0)[0]
    batch = [shown(tokenizer, ready.rows[row], labels) for row in first[:SHOWN_ROWS]]
    whole, trained = body.weights(ready, info, method)
    sizes = {"parameters": whole, "trainable_parameters": trained}
    journal.append(
        Result({"method": method.id, "rows": len(ready.rows), "cut": ready.cut, **sizes, **found, "batch": batch})
    )
    journal.append(State("stopped" if control.requested(folder) == "stop" else "finished"))


def measured(folder: Path, ready: Prepared, method: Method, options: Any) -> dict[str, Any]:
    """{steps, seconds (of the steps and all that is done between them), memory_bytes (peak), disk_bytes}."""
    plan = course(ready.rows, options)
    stepper = Stepper(ready.lesson, method.groups(ready.lesson.model, options), options, moments=ready.spared.moments)
    batches = [[ready.rows[row] for row in batch] for batch in plan.batches(0)]
    steps = _timed(folder, batches, lambda batch: stepper.step(batch, options.learning_rate / 10, 1))
    held = held_batches(ready.held, options)
    check = _timed(folder, held, lambda batch: stepper.check([batch], 0))
    answer = ready.read
    answered = _seconds(lambda: stepper.quietly(answer)) if answer else 0.0
    with tempfile.TemporaryDirectory(dir=folder) as place:
        written = _seconds(lambda: checkpoint.write(Path(place), 1, 0.0, ready.save))
        size = sum(path.stat().st_size for path in Path(place).rglob("*"))
        stood = _seconds(lambda: standing.write(Path(place), stepper.optimizer, NOWHERE))
    return {
        "steps": plan.steps,
        "seconds": _whole(plan, steps * plan.epochs, check, written, answered, stood),
        "memory_bytes": machine.peak_memory_bytes(),
        "disk_bytes": (KEPT + 1) * size,
    }


def _timed(folder: Path, batches: Sequence[Sequence[Any]], act: Callable[[Sequence[Any]], object]) -> float:
    """Seconds that `act` takes for all batches, from a sample that is spread evenly over their sizes.

    The largest ones come first and are not counted: they bring memory to its peak, and everything gets warm.
    """
    largest_first = sorted(batches, key=lambda batch: -len(batch) * max(len(row.ids) for row in batch))
    began = time.perf_counter()
    for batch in largest_first[:WARM_UP]:
        began = time.perf_counter()
        act(batch)
    once = time.perf_counter() - began
    count = min(len(batches), max(LEAST, min(MOST, int(SECONDS / max(once, 1e-3)))))
    seconds = []
    for place in range(count):
        if control.requested(folder) == "stop":
            break
        began = time.perf_counter()
        act(largest_first[int((place + 0.5) * len(batches) / count)])
        seconds.append(time.perf_counter() - began)
    return len(batches) * statistics.fmean(seconds or [once])


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _whole(plan: Course, steps: float, check: float, written: float, answered: float, stood: float) -> float:
    """Seconds of a training whose every check is its best. All given in seconds: of its steps; of one check, of one
    checkpoint, of answering the prompts it is watched by, and of writing where it stands."""
    checks = len(plan.evaluations)
    # at the beginning, at the end, and in between as often as the loop lets them
    answers = min(checks + 1, 2 + steps / (READING_SHARE * answered)) if answered else 0
    stands = min(checks, 1 + steps / (STANDING_SHARE * stood))
    return steps + check + checks * (check + written) + answers * answered + stands * stood
