"""Training runs: what one would be, start, follow, stop, find, rename, delete. Evaluations are runs too, and are
started in evaluations.py."""

import builtins
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from studio import data
from studio.errors import JobError, NotFoundError, UsageError
from studio.hosted.keys import Keys
from studio.jobs.journal import Page
from studio.jobs.lease import Holder
from studio.jobs.spec import Source, Train
from studio.jobs.state import JobState
from studio.methods import METHODS
from studio.methods import search as searching
from studio.methods.training_options import TrainingOptions
from studio.session.datasets import Datasets
from studio.session.estimates import estimate, in_the_way
from studio.session.jobbook import TUNING, JobBook
from studio.session.models import Models
from studio.session.projects import checked_name
from studio.session.readiness import RECOMMENDED, Complete, Gathered, gather
from studio.session.rehearsals import KIND as REHEARSE
from studio.session.rehearsals import Rehearsals
from studio.session.steering import Steered
from studio.session.tables import JobRow
from studio.session.tuned import begins_at
from studio.session.values import Compared, Estimate, Readiness, Run
from studio.settings import Settings

KINDS = {
    "prepare": "the preparation of data",
    "train": "a training run",
    "evaluate": "an evaluation",
    "apply": "an application to a file",
    "hosted": "a run at a provider",
    "rehearse": "a try",
}


class Runs(Steered):
    def __init__(self, settings: Settings, datasets: Datasets, models: Models, book: JobBook, keys: Keys) -> None:
        self._settings = settings
        self._datasets = datasets
        self._models = models
        super().__init__(book, settings, keys)
        self._rehearsals = Rehearsals(book)

    def plan(
        self,
        project_id: str,
        dataset_id: str,
        model: str = "recommended",
        method: str = "recommended",
        strength: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Readiness:
        """Whether `start` with the same arguments would begin, everything in the way, and whom it would wait for.

        The owner's own chat model is not in the way here: the page puts it away before it starts."""
        found = gather(self._datasets, self._models, project_id, dataset_id, model, method, strength, options)
        reasons = [str(fault) for fault in found.faults]
        whole = None if found.faults else found.complete()
        rehearsal = self._rehearsals.latest(project_id, whole) if whole else None
        taken = self._estimate(whole, found) if whole else None
        if whole and taken:
            reasons += in_the_way(taken, whole.model.name)
        split = found.split
        return Readiness(
            ready=not reasons,
            waits=self._waits(),
            reasons=reasons,
            rows=len(split.training) if split else 0,
            validation_rows=len(split.validation) if split else 0,
            test_rows=len(split.test) if split else 0,
            options=found.options.model_dump() if found.options else {},
            model=found.model.name if found.model else "",
            method=found.method.id if found.method else "",
            strength=found.strength,
            choices=found.choices,
            estimate=taken,
            rehearsal=rehearsal,
            search_times=searching.price(found.options) if isinstance(found.options, TrainingOptions) else 0.0,
        )

    def compare(self, project_id: str, dataset_id: str, model: str) -> builtins.list[Compared]:
        """Every method as it would be proposed for these rows; on `model`, or on a proposed one where the method needs
        another kind. NotFoundError for a data set of somebody else."""
        self._datasets.get(dataset_id)
        compared = []
        for method in METHODS:
            found = gather(
                self._datasets, self._models, project_id, dataset_id, model or RECOMMENDED, method.id, None, {}
            )
            if found.model is not None and found.model.kind not in method.kinds:
                found = gather(self._datasets, self._models, project_id, dataset_id, RECOMMENDED, method.id, None, {})
            if found.faults:
                compared.append(Compared(method, None, found.faults[0].happened))
            else:
                compared.append(Compared(method, self._estimate(found.complete(), found)))
        return compared

    def _estimate(self, whole: Complete, found: Gathered) -> Estimate:
        numbers = self._datasets.statistics(whole.dataset.id, whole.model).numbers
        rows = found.rows.training if found.rows else 0
        return estimate(whole.method, whole.model, whole.options, numbers, rows, self._settings.home)

    def _is_rehearsal(self, holder: Holder) -> bool:
        return holder.kind == "job" and any(row.id == holder.id for row in self._book.rows(kind=REHEARSE))

    def rehearse(
        self,
        project_id: str,
        dataset_id: str,
        model: str = "recommended",
        method: str = "recommended",
        strength: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Run:
        """Tries a few steps of what `start` with the same arguments would begin, and keeps nothing of them; returns at
        once. What it finds stands in `plan`. Raises what `start` raises."""
        found = gather(
            self._datasets, self._models, project_id, dataset_id, model, method, strength, options
        ).complete()
        return self._rehearsals.start(project_id, found, self._work(found))

    def start(
        self,
        project_id: str,
        dataset_id: str,
        model: str = "recommended",
        method: str = "recommended",
        strength: str | None = None,
        options: Mapping[str, Any] | None = None,
        name: str | None = None,
        search: bool = False,
    ) -> Run:
        """Starts a training run in a process of its own and returns at once. search: whether it looks for the best
        values, beginning with these. A rehearsal that is at work is ended.

        model: 'recommended', an id of the catalogue or a folder; method: 'recommended' or an id. strength: gentle,
        balanced or strong (None: as proposed); options change single values. Raises DataError, ModelError, OptionError
        or UsageError for what cannot be used. While another job or chat has the machine, the run waits its turn.
        """
        found = gather(
            self._datasets, self._models, project_id, dataset_id, model, method, strength, options
        ).complete()
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

    def _work(self, found: Complete, search: bool = False) -> Train:
        rows = found.dataset.rows
        return Train(
            data=Source(str(rows), data.fingerprint(rows)),
            split=Source(str(found.split_file), data.fingerprint(found.split_file)),
            model=Source(str(found.model.path), found.model.fingerprint),
            model_name=found.model.name,
            method=found.method.id,
            options=found.options.model_dump(),
            threads=self._settings.threads,
            search=search,
            tracking=self._settings.trackers,
            tracking_project=self._settings.tracking_project,
        )

    def _waits(self) -> str:
        holder, owner = self._book.supervisor.holder(), self._book.owner
        if holder is None or (holder.owner == owner and (holder.kind == "chat" or self._is_rehearsal(holder))):
            return ""
        if holder.owner != owner:
            return "Another visitor is using this machine; this run waits its turn and then starts by itself."
        return f"{holder.name} is using this machine; this run waits its turn and then starts by itself."

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
