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
from studio.jobs.journal import Journal
from studio.jobs.spec import Spec, Train
from studio.methods.base import Method
from studio.models import loading
from studio.training import body, machine
from studio.training.batching import course, held_batches
from studio.training.labels import Telling
from studio.training.preparing import Prepared
from studio.training.showing import shown
from studio.training.stepping import Stepper

SECONDS = 6.0
"""About so long the steps may take; on slow machines it is longer, for there are at least LEAST of them."""
LEAST, MOST = 4, 24
WARM_UP = 2
SHOWN_ROWS = 8
KEPT = 2
"""Checkpoints on disk: the best and the last. While one is written there is another."""


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Rehearses as the spec says and journals a result (see measured); StudioError for whatever would keep the training
    from starting. Nothing that was trained is kept. secrets: none are needed."""
    work = spec.work
    if not isinstance(work, Train):
        raise JobError("This job is not a training.", "Start it again from the Method tab.")
    began = time.perf_counter()
    machine.use_threads(work.threads)
    info, training, validation = body.verified(work)
    method = methods.get(work.method)
    options = methods.validate(work.method, work.options, info)
    journal.append(State("running"))
    journal.append(Progress("Reading the examples and the base model", 0, 0))
    ready = body.PREPARE[method.teaches](info, method, options, training, validation)
    prepared = time.perf_counter() - began
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
    """{steps, seconds (of the steps, checks and checkpoints), memory_bytes (peak), disk_bytes}."""
    plan = course(ready.rows, options)
    stepper = Stepper(ready.lesson, method.groups(ready.lesson.model, options), options)
    batches = [[ready.rows[row] for row in batch] for batch in plan.batches(0)]
    steps = _timed(folder, batches, lambda batch: stepper.step(batch, options.learning_rate / 10, 1))
    held = held_batches(ready.held, options)
    check = _timed(folder, held, lambda batch: stepper.check([batch], 0))
    written, size = _written(ready)
    checks = len(plan.evaluations) + 1
    return {
        "steps": plan.steps,
        "seconds": steps * plan.epochs + checks * (check + written),
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


def _written(ready: Prepared) -> tuple[float, int]:
    """Seconds and bytes of one checkpoint."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        ready.save(Path(place))
        return time.perf_counter() - began, sum(path.stat().st_size for path in Path(place).rglob("*"))
