"""Training runs: start, find, follow, rename, delete. What one would be is in planning.py, what can be asked of one
that was started in steering.py. Evaluations are runs too, and are started in evaluations.py."""

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any, Unpack

from studio.errors import JobError, NotFoundError, UsageError
from studio.jobs.journal import Page
from studio.jobs.state import JobState
from studio.session.jobbook import TUNING
from studio.session.planning import Finer, Planned
from studio.session.projects import checked_name
from studio.session.readiness import RECOMMENDED
from studio.session.tables import JobRow
from studio.session.tuned import begins_at
from studio.session.values import Run

KINDS = {
    "prepare": "the preparation of data",
    "train": "a training run",
    "evaluate": "an evaluation",
    "apply": "an application to a file",
    "hosted": "a run at a provider",
    "rehearse": "a try",
}


class Runs(Planned):
    def start(
        self,
        project_id: str,
        dataset_id: str,
        model: str = RECOMMENDED,
        method: str = RECOMMENDED,
        *,
        name: str | None = None,
        search: bool = False,
        **finer: Unpack[Finer],
    ) -> Run:
        """Starts a training run in a process of its own and returns at once. search: whether it looks for the best
        values, beginning with these. A rehearsal that is at work is ended.

        Raises DataError, ModelError, OptionError or UsageError for what cannot be used. While another job or chat has
        the machine, the run waits its turn.
        """
        found = self._gathered(project_id, dataset_id, model, method, **finer).complete()
        stem = Path(found.dataset.name).stem
        row = JobRow(
            project=project_id,
            kind="train",
            name=checked_name(name or f"{stem}, {found.method.title} {found.strength}"),
            dataset=found.dataset.id,
            version=found.dataset.version,
            model=found.model.name,
            method=found.method.id,
            options=found.options.model_dump(),
            parent=None,
        )
        self._rehearsals.stop(project_id)
        return self._book.start(row, lambda: self._work(found, search), self._secrets())

    def get(self, run_id: str) -> Run:
        return self._book.run(self._book.row(run_id))

    def list(self, project_id: str | None = None, kind: str | None = None) -> builtins.list[Run]:
        """Runs and evaluations, newest first; kind: 'train' (here or at a provider), 'evaluate' or another."""
        return [self._book.run(row) for row in self._book.rows(project_id, kind)]

    def find(self, reference: str, kind: str | None = None) -> Run:
        """The run with that id, or whose id alone starts so, or the newest for 'last'.

        NotFoundError when there is none, UsageError when several ids start so or the run is of another kind.
        """
        rows = self._book.rows()
        if reference == "last":
            matching = list(self._book.rows(kind=kind))[:1]
            if not matching:
                raise NotFoundError("There is no such run yet.", "Start one with: studio train FILE")
        else:
            matching = [row for row in rows if row.id == reference] or [r for r in rows if r.id.startswith(reference)]
        if not matching:
            raise NotFoundError(f"There is no run {reference}.", "See all runs with studio runs.")
        if len(matching) > 1:
            ids = ", ".join(row.id for row in matching[:5])
            raise UsageError(f"Several runs begin with {reference}: {ids}.", "Write more of the id.")
        if kind is not None and matching[0].kind not in (TUNING if kind == "train" else (kind,)):
            raise UsageError(f"{matching[0].name} is not {KINDS[kind]}.", "Choose another one with studio runs.")
        return self._book.run(matching[0])

    def events(self, run_id: str, since: str | None = None) -> Page:
        """The run's events after the cursor `since`; without one all of them, thinned to what a screen can show."""
        self._book.row(run_id)
        return self._book.supervisor.events(run_id, since)

    def wait(self, run_id: str, on_event: Callable[[dict[str, Any]], None]) -> JobState:
        """Calls `on_event` with every event until the run is over; where it then stands."""
        self._book.row(run_id)
        return self._book.supervisor.wait(run_id, on_event)

    def rename(self, run_id: str, name: str) -> Run:
        return self._book.rename(run_id, checked_name(name))

    def delete(self, run_id: str) -> None:
        """Deletes the run with its evaluations and conversation; refused while one of them is at work, and while
        another run begins at its tuned model."""
        doomed = (run_id, *(row.id for row in self._book.rows(parent=run_id)))
        for row in self._book.rows(kind="train"):
            if row.id not in doomed and begins_at(self._book.folder(row.id), doomed):
                raise JobError(f"{self._book.row(run_id).name} was tuned further as {row.name}.", "Delete that first.")
        self._book.delete(run_id)
