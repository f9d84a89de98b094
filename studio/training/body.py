"""What a training job does, from its spec to its result. The loop is in loop.py, what it is given in preparing.py."""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from studio import data, methods, models
from studio.data.values import Example
from studio.errors import DataError, JobError, ModelError
from studio.jobs import journal as journals
from studio.jobs.events import Note, Plan, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Spec, Train
from studio.jobs.state import JobState
from studio.methods.base import Method
from studio.models import ModelInfo, checkpoint, loading
from studio.training import machine, search, standing, team, tracking
from studio.training.labels import told
from studio.training.loop import Loop
from studio.training.pairs import preferred
from studio.training.place import ALONE, Best, End, Place
from studio.training.preparing import Prepared, written
from studio.training.search import Search, announced
from studio.training.team import Team
from studio.training.tokens import Shelf

PREPARE = {"text": written, "labels": told, "preferences": preferred}


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Trains as the spec says and journals it, from the plan to the last word (finished or stopped).

    secrets: the key of a tracker, where one is used. Raises StudioError in the user's words for whatever keeps it from
    training.
    """
    with team.joined(folder, journal) as us:
        train(folder, spec, journal, secrets, us)


def train(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str], us: Team) -> None:
    """The same for one process of the team."""
    work = spec.work
    if not isinstance(work, Train):
        raise JobError("This job is not a training.", "Start it again from the Train tab.")
    machine.use_threads(work.threads, us.count)
    info, training, validation = verified(work)
    method = methods.get(work.method)
    options = methods.validate(work.method, work.options, info)
    events = journals.read(folder / journals.FILE, "0").events
    before = JobState().advance(events)

    def begin(chosen: Any, place: Place) -> tuple[Loop[Any], Plan, tuple[str, ...]]:
        # the library that keeps moments in 8 bits does not know weights in parts
        us.may_divide = standing.moments(folder, place.trial) in (None, "whole")
        ready = PREPARE[method.teaches](info, method, chosen, training, validation, Shelf.of(work).tokens, us)
        loop = looped(folder, journal, ready, method, chosen, place, before, us)
        return loop, planned(loop, ready, info, method), ready.notes

    done: Loop[Any] | Search
    if work.search:
        begun = max((event["trial"] for event in events if event.get("type") == "trial"), default=0)
        done = Search(folder, journal, options, begin, before.plan, begun, us.main)
    else:
        done, plan, notes = begin(options, ALONE)
        if before.plan is None:
            announced(journal, plan, notes)
        else:
            # the cards may be others than before
            known = {event["text"] for event in events if event.get("type") == "note"}
            for text in (text for text in notes if text not in known):
                journal.append(Note(text))
    journal.append(State("running"))
    with tracking.followed(folder, spec, work, journal, secrets) if us.main else nullcontext():
        end = done.run()
    if end == "cancelled" and us.main:
        discard(folder)
    if end in ("finished", "stopped"):
        for text in closing_notes(done):
            journal.append(Note(text))
        if isinstance(done, Search):
            plan = done.whole_plan
        journal.append(Result(result(spec, work, plan, done, end)))
        if us.main:
            forget(folder)
    journal.append(State(end))


def forget(folder: Path) -> None:
    """What is over needs not go on."""
    standing.forget(folder)
    (folder / search.FILE).unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Removes all that the training wrote but its journal."""
    forget(folder)
    checkpoint.thin(folder, keep=set())


def looped(
    folder: Path,
    journal: Journal,
    ready: Prepared,
    method: Method,
    options: Any,
    place: Place = ALONE,
    before: JobState | None = None,
    us: Team | None = None,
) -> Loop[Any]:
    groups = method.groups(ready.lesson.model, options)
    return Loop(
        folder,
        journal,
        ready.lesson,
        ready.rows,
        ready.held,
        options,
        groups,
        ready.save,
        place,
        before,
        ready.read,
        us,
        standing.moments(folder, place.trial) or ready.spared.moments,
    )


def verified(work: Train) -> tuple[ModelInfo, list[Example], list[Example]]:
    """The model and the training and validation rows that the spec names, if they are still what it names."""
    rows, split_file = Path(work.data.path), Path(work.split.path)
    for path, wanted in ((rows, work.data.fingerprint), (split_file, work.split.fingerprint)):
        if not path.is_file() or data.fingerprint(path) != wanted:
            raise DataError(
                "The data set of this run was changed or removed since the run was set up.",
                "Set up the run again with the data as it is now.",
            )
    info = models.inspect(Path(work.model.path), name=work.model_name)
    if info.fingerprint != work.model.fingerprint:
        raise ModelError(
            f"The base model {work.model_name} was changed since the run was set up.",
            "Set up the run again with the model as it is now.",
        )
    examples, split = data.load_examples(rows), data.load_split(split_file)
    return info, [examples[row] for row in split.training], [examples[row] for row in split.validation]


def planned(loop: Loop[Any], ready: Prepared, info: ModelInfo, method: Method) -> Plan:
    course = loop.course
    whole, trained = weights(ready, info, method)
    return Plan(
        steps=course.steps,
        epochs=course.epochs,
        steps_per_epoch=course.steps_per_epoch,
        tokens=ready.tokens * course.epochs,
        trained_tokens=ready.trained_tokens * course.epochs,
        rows=len(ready.rows),
        validation_rows=len(ready.held),
        cut=ready.cut,
        parameters=whole,
        trainable_parameters=trained,
        device=loading.device(),
    )


def weights(ready: Prepared, info: ModelInfo, method: Method) -> tuple[int, int]:
    """How many weights there are and how many of them are trained. An adapter is counted beside its base model, a head
    of labels as part of the model."""
    found = list(ready.lesson.model.parameters())
    whole = sum(weight.numel() for weight in found) if method.keeps == "model" else info.parameters
    return whole, sum(weight.numel() for weight in found if weight.requires_grad)


def closing_notes(loop: Loop[Any] | Search) -> list[str]:
    if loop.best is None:
        return ["Stopped before the first step, so nothing was trained."]
    if loop.best.loss >= loop.base_loss:
        return ["The loss on validation examples never fell below the base model's, so this training did not help."]
    return []


def result(spec: Spec, work: Train, plan: Plan, loop: Loop[Any] | Search, end: End) -> dict[str, Any]:
    """The `train` document of the command line."""
    best = loop.best or Best(0, loop.base_loss)
    return {
        "job": spec.job,
        "state": end,
        "method": work.method,
        "model": work.model_name,
        "parameters": plan.parameters,
        "trainable_parameters": plan.trainable_parameters,
        "steps": loop.step,
        "tokens": loop.tokens,
        "seconds": loop.seconds,
        "tokens_per_second": loop.tokens_per_second,
        "peak_memory_bytes": machine.peak_memory_bytes(),
        "best_step": best.step,
        "validation_loss": best.loss,
        **(loop.found() if isinstance(loop, Search) else {}),
    }
