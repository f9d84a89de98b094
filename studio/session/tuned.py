"""What a train run has to give: its best checkpoint, verified, and what it was trained from. Evaluation, chat and
export all begin here."""

from collections.abc import Collection
from pathlib import Path

from studio.errors import JobError
from studio.jobs import spec as specs
from studio.jobs.spec import Source, Train
from studio.models import checkpoint
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.values import Run


def begins_at(folder: Path, run_ids: Collection[str]) -> bool:
    """Whether the train job in `folder` has a model that lies in one of these jobs as its base."""
    try:
        work = specs.read(folder).work
    except JobError:
        return False
    return isinstance(work, Train) and not set(run_ids).isdisjoint(Path(work.model.path).parts)


def tuned(book: JobBook, run_id: str) -> tuple[Run, Source, Train]:
    """The run, its best checkpoint, and the work it was given.

    JobError while the run is at work, when it kept nothing, or when it is no train run.
    """
    run = book.run(book.row(run_id))
    if run.kind == "hosted":
        raise JobError(f"The tuned model of {run.name} stays at its provider.", "Talk to it in the chat.")
    if run.kind != "train":
        raise JobError(f"{run.name} is no training run.", "Choose the training run it belongs to.")
    if run.state.state in ACTIVE:
        raise JobError(f"{run.name} is still at work.", "Wait until it is done, or stop it and keep what it has.")
    best = checkpoint.best(run.folder)
    work = specs.read(run.folder).work
    assert isinstance(work, Train)
    return run, Source(str(best), checkpoint.fingerprint(best)), work
