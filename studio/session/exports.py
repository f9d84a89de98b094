"""Exports: what a run made, as a file to take away."""

from pathlib import Path

from studio.export import adapter
from studio.jobs import spec as specs
from studio.session.jobbook import JobBook
from studio.session.tuned import tuned


class Exports:
    def __init__(self, book: JobBook) -> None:
        self._book = book

    def adapter(self, run_id: str, target: Path | None = None) -> Path:
        """The run's adapter as a zip, written to `target` (default: exports/ in the run's folder).

        JobError when the run has kept nothing yet, StorageError when the file cannot be written.
        """
        run, _, _ = tuned(self._book, run_id)
        if target is None:
            target = run.folder / "exports" / f"{run.id}-adapter.zip"
            target.parent.mkdir(exist_ok=True)
        return adapter.write_zip(run.folder, specs.read(run.folder), target)
