"""Exports: what a run made, as a file to take away."""

from pathlib import Path

from studio import methods
from studio.export import adapter
from studio.jobs import spec as specs
from studio.session.jobbook import JobBook
from studio.session.tuned import tuned
from studio.session.values import Run


class Exports:
    def __init__(self, book: JobBook) -> None:
        self._book = book

    def adapter(self, run_id: str, target: Path | None = None) -> Path:
        """What the run made, an adapter or a model, as a zip written to `target` (default: exports/ in its folder).

        JobError when the run has kept nothing yet, StorageError when the file cannot be written.
        """
        run, _, _ = tuned(self._book, run_id)
        if target is None:
            target = run.folder / "exports" / file_name(run)
            target.parent.mkdir(exist_ok=True)
        return adapter.write_zip(run.folder, specs.read(run.folder), target)


def file_name(run: Run) -> str:
    """What the zip of a train run is called."""
    return f"{run.id}-{methods.get(run.method).keeps}.zip"
