"""What a merge job does: joins a tuned addition with its base model into a whole model in its folder `model`, so that
it can be tuned further. A job that was stopped or failed leaves nothing there. Torch is imported inside."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.errors import JobError, ModelError
from studio.jobs import control
from studio.jobs.events import Progress, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Merge, Spec
from studio.models import checkpoint, inspection, loading

MODEL = "model"
JOINING = "Joining the addition with its base model"


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Joins as the spec says and journals it to the last word (finished or stopped).

    secrets: none are needed. ModelError when base model or addition are not what they were, or cannot be joined.
    """
    work = spec.work
    if not isinstance(work, Merge):
        raise JobError("This job joins no models.", "Choose the model again on the Method tab.")
    journal.append(State("running"))
    journal.append(Progress(JOINING, 0, 0))
    info, addition = _verified(work)
    place = folder / MODEL
    shutil.rmtree(place, ignore_errors=True)
    try:
        joined = _joined(info, addition)
        if control.requested(folder) == "stop":
            journal.append(State("stopped"))
            return
        joined.save_pretrained(place, safe_serialization=True)
        loading.copy_tokenizer(Path(info.path), place)
        made = inspection.inspect(place)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    journal.append(Result({"model": work.model_name, "parameters": made.parameters, "bytes": made.bytes}))
    journal.append(State("finished"))


def _verified(work: Merge) -> tuple[inspection.ModelInfo, Path]:
    info = inspection.inspect(Path(work.model.path), work.model_name)
    addition = Path(work.checkpoint.path)
    if info.fingerprint != work.model.fingerprint or checkpoint.fingerprint(addition) != work.checkpoint.fingerprint:
        raise ModelError(
            "The base model or the tuned addition was changed since the training.", "Train again, then join them."
        )
    return info, addition


def _joined(info: inspection.ModelInfo, addition: Path) -> Any:
    from peft import PeftModel

    base = loading.load_base(Path(info.path), info.parameters)
    try:
        return PeftModel.from_pretrained(base, str(addition)).merge_and_unload()
    except (ValueError, RuntimeError, KeyError, OSError) as error:
        raise ModelError(
            f"The addition cannot be joined with {info.name}.", "Train again on the base model as it is now."
        ) from error
