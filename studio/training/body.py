"""What a training job does, from its spec to its result. The loop is in loop.py, the model's loading in models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import data, methods, models
from studio.data.values import Example
from studio.errors import DataError, JobError, ModelError
from studio.jobs.events import Note, Plan, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Spec, Train
from studio.methods.base import Method
from studio.models import ModelInfo, loading
from studio.training import machine
from studio.training.loop import Best, Loop
from studio.training.rows import Rows, tokenise


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Trains as the spec says and journals it, from the plan to the last word (finished or stopped).

    secrets: none are needed. Raises StudioError in the user's words for whatever keeps it from training.
    """
    work = spec.work
    if not isinstance(work, Train):
        raise JobError("This job is not a training.", "Start it again from the Train tab.")
    machine.use_threads(work.threads)
    info, training, validation = verified(work)
    method = methods.get(work.method)
    options = methods.validate(work.method, work.options, info)
    rows, held = tokenised(info, training, validation, options.max_length or info.context)

    model = prepared(info, method, options)
    loop = Loop(
        folder,
        journal,
        model,
        rows.rows,
        held.rows,
        options,
        save=lambda place: method.save(model, place, work.model_name),
    )
    plan = planned(loop, rows, held, info, model)
    journal.append(plan)
    for text in notes(rows, held, options.max_length or info.context):
        journal.append(Note(text))
    journal.append(State("running"))
    finished = loop.run()
    for text in closing_notes(loop):
        journal.append(Note(text))
    journal.append(Result(result(spec, work, plan, loop, finished)))
    journal.append(State("finished" if finished else "stopped"))


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


def tokenised(
    info: ModelInfo, training: Sequence[Example], validation: Sequence[Example], limit: int
) -> tuple[Rows, Rows]:
    """Both parts as token ids; DataError when one of them has nothing to learn."""
    tokenizer = loading.load_tokenizer(Path(info.path))
    rows, held = tokenise(tokenizer, training, limit), tokenise(tokenizer, validation, limit)
    for part, name in ((rows, "training"), (held, "validation")):
        if not part.rows:
            raise DataError(
                f"None of the {name} examples has an answer that is to be learned.",
                "Add examples, or give some assistant turns a weight other than 0.",
            )
    return rows, held


def prepared(info: ModelInfo, method: Method, options: Any) -> Any:
    """The base model, readied by the method; weights drawn at random are the same for the same seed."""
    import torch

    torch.manual_seed(options.seed)
    return method.build(loading.load_base(Path(info.path), info.parameters), options)


def planned(loop: Loop, rows: Rows, held: Rows, info: ModelInfo, model: Any) -> Plan:
    course = loop.course
    return Plan(
        steps=course.steps,
        epochs=course.epochs,
        steps_per_epoch=course.steps_per_epoch,
        tokens=rows.tokens * course.epochs,
        trained_tokens=rows.trained_tokens * course.epochs,
        rows=len(rows.rows),
        validation_rows=len(held.rows),
        cut=rows.cut + rows.answers_cut,
        parameters=info.parameters,
        trainable_parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        device=loading.device(),
    )


def notes(rows: Rows, held: Rows, limit: int) -> list[str]:
    """What the user should know before the first step."""
    told = []
    for count, what in (
        (rows.cut + held.cut, "lost the start of the prompt; the answer is whole"),
        (rows.answers_cut + held.answers_cut, "lost the end of the answer, which alone is longer than that"),
    ):
        if count:
            told.append(f"{_examples(count)} longer than {limit:,} tokens {what}.")
    if left_out := rows.without_targets + held.without_targets:
        told.append(f"{_examples(left_out)} left out, because no answer in it is to be learned (weight 0).")
    return told


def _examples(count: int) -> str:
    return "1 example" if count == 1 else f"{count:,} examples"


def closing_notes(loop: Loop) -> list[str]:
    if loop.best is None:
        return ["Stopped before the first step, so nothing was trained."]
    if loop.best.loss >= loop.base_loss:
        return ["The loss on validation examples never fell below the base model's, so this training did not help."]
    return []


def result(spec: Spec, work: Train, plan: Plan, loop: Loop, finished: bool) -> dict[str, Any]:
    """The `train` document of the command line."""
    best = loop.best or Best(0, loop.base_loss)
    return {
        "job": spec.job,
        "state": "finished" if finished else "stopped",
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
    }
