"""Rehearsals: a few steps of a training, thrown away, that tell how long it takes and what the model sees. A rehearsal
belongs to the settings it was made with; with others it counts no more."""

from collections.abc import Iterator
from pathlib import Path

from studio.jobs.spec import Train
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.readiness import Complete
from studio.session.tables import JobRow
from studio.session.values import Dataset, Run

KIND = "rehearse"


class Rehearsals:
    def __init__(self, book: JobBook) -> None:
        self._book = book

    def start(self, project_id: str, found: Complete, work: Train) -> Run:
        """Starts one in a process of its own; earlier ones of the project that are over are removed. BusyError when the
        machine is held."""
        over = [row.id for row in self._book.rows(project_id, KIND) if not self._at_work(row)]
        self._book.forget(over)
        row = JobRow(
            project=project_id,
            kind=KIND,
            name=f"A try of {Path(found.dataset.name).stem}",
            dataset=found.dataset.id,
            version=found.dataset.version,
            model=found.model.name,
            method=found.method.id,
            options=found.options.model_dump(),
            parent=None,
        )
        return self._book.start(row, lambda: work)

    def latest(self, project_id: str, found: Complete) -> Run | None:
        """The newest one with exactly these settings, at work or over."""
        wanted = (found.dataset.id, found.dataset.version, found.model.name, found.method.id)
        options = found.options.model_dump()
        for row in self._book.rows(project_id, KIND):
            if (row.dataset, row.version, row.model, row.method) == wanted and dict(row.options) == options:
                return self._book.run(row)
        return None

    def over(self, dataset: Dataset, model: str) -> Iterator[Run]:
        """Those of these rows on this model that have found something, the newest first."""
        for row in self._book.rows(dataset.project, KIND):
            if (row.dataset, row.version, row.model) == (dataset.id, dataset.version, model):
                run = self._book.run(row)
                if run.state.result is not None:
                    yield run

    def has(self, job_id: str) -> bool:
        return any(row.id == job_id for row in self._book.rows(kind=KIND))

    def stop(self, project_id: str) -> None:
        """Ends those that are at work: what was to be known before the start is of no use after it."""
        for row in self._book.rows(project_id, KIND):
            if self._at_work(row):
                self._book.supervisor.stop(row.id)
                self._book.supervisor.wait(row.id)

    def _at_work(self, row: JobRow) -> bool:
        return self._book.supervisor.state(row.id).state in ACTIVE
