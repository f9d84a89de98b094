"""What a training run would be, before it starts: what is in the way, what it takes, how the methods compare, and a try
of a few steps. Nothing here starts a training."""

import builtins
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from studio import data, methods
from studio.errors import OptionError
from studio.hosted.keys import Keys
from studio.jobs.lease import Holder
from studio.jobs.spec import Source, Train
from studio.methods import METHODS
from studio.methods import search as searching
from studio.methods.base import Method, Options
from studio.methods.expecting import expected
from studio.methods.situation import fits
from studio.methods.training_options import TrainingOptions
from studio.session.datasets import Datasets
from studio.session.estimates import estimate, in_the_way
from studio.session.jobbook import JobBook
from studio.session.models import Models
from studio.session.readiness import RECOMMENDED, Complete, Gathered, gather
from studio.session.rehearsals import Rehearsals
from studio.session.steering import Steered
from studio.session.values import Compared, Estimate, Readiness, Run
from studio.settings import Settings


class Finer(TypedDict, total=False):
    """What can be said beside base model and method. strength: gentle, balanced or strong (None: as proposed); options
    change single values."""

    strength: str | None
    options: Mapping[str, Any] | None


class Planned(Steered):
    """The part of the runs that looks ahead. Everywhere the same is asked for: model: 'recommended', an id of the
    catalogue or a folder; method: 'recommended' or an id; and what is in Finer."""

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
        model: str = RECOMMENDED,
        method: str = RECOMMENDED,
        **finer: Unpack[Finer],
    ) -> Readiness:
        """Whether `start` with the same arguments would begin, everything in the way, and whom it would wait for.

        The owner's own chat model is not in the way here: the page puts it away before it starts."""
        found = self._gathered(project_id, dataset_id, model, method, **finer)
        faults = {fault.field or "": str(fault) for fault in reversed(found.faults)}
        reasons = [str(fault) for fault in found.faults]
        whole = None if found.faults else found.complete()
        rehearsal = self._rehearsals.latest(project_id, whole) if whole else None
        taken = self._estimate(whole, found) if whole else None
        if whole and taken and (no_room := in_the_way(taken, whole.model.name)):
            reasons, faults = no_room, {"model": no_room[0]}
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
            faults=faults,
        )

    def compare(
        self, project_id: str, dataset_id: str, model: str, chosen: str = "", **finer: Unpack[Finer]
    ) -> builtins.list[Compared]:
        """Every method as it would be proposed for these rows, the `chosen` one with what is set for it; on `model`, or
        on a proposed one where the method needs another kind. NotFoundError for a data set of somebody else."""
        self._datasets.get(dataset_id)
        return [
            self._compared(project_id, dataset_id, model or RECOMMENDED, method, finer if method.id == chosen else {})
            for method in METHODS
        ]

    def _compared(self, project_id: str, dataset_id: str, model: str, method: Method, finer: Finer) -> Compared:
        found = self._gathered(project_id, dataset_id, model, method.id, **finer)
        if found.model is not None and not fits(method, found.model):
            found = self._gathered(project_id, dataset_id, RECOMMENDED, method.id, **finer)
        if found.faults or found.rows is None:
            return Compared(method, None, found.faults[0].happened)
        whole = found.complete()
        rehearsal = self._rehearsals.latest(project_id, whole)
        taken = self._estimate(whole, found)
        tried = rehearsal.state.result if rehearsal else None
        if tried:
            taken = taken.measured(tried["seconds"], tried["memory_bytes"], tried["disk_bytes"])
        return Compared(method, taken, "", expected(method, whole.model, found.rows), bool(tried))

    def rehearse(
        self,
        project_id: str,
        dataset_id: str,
        model: str = RECOMMENDED,
        method: str = RECOMMENDED,
        **finer: Unpack[Finer],
    ) -> Run:
        """Tries a few steps of what `start` with the same arguments would begin, and keeps nothing of them; returns at
        once. What it finds stands in `plan`. Raises what `start` raises."""
        found = self._gathered(project_id, dataset_id, model, method, **finer).complete()
        return self._rehearsals.start(project_id, found, self._work(found))

    def _gathered(self, project_id: str, dataset_id: str, model: str, method: str, **finer: Unpack[Finer]) -> Gathered:
        return gather(self._datasets, self._models, project_id, dataset_id, model, method, **finer)

    def _estimate(self, whole: Complete, found: Gathered) -> Estimate:
        """As reckoned; its time is set right by tries of these rows on this model, with whatever settings."""
        reckoned = self._reckoned(whole, found, whole.method, whole.options)
        for tried in self._rehearsals.over(whole.dataset, whole.model.name):
            method = methods.get(tried.method)
            try:
                options = methods.validate(method.id, tried.options, whole.model)
            except OptionError:
                continue
            right = (tried.state.result or {})["seconds"] / self._reckoned(whole, found, method, options).seconds
            return reckoned.slower(right)
        return reckoned

    def _reckoned(self, whole: Complete, found: Gathered, method: Method, options: Options) -> Estimate:
        numbers = self._datasets.statistics(whole.dataset.id, whole.model).numbers
        rows = (len(found.split.training), len(found.split.validation)) if found.split else (0, 0)
        return estimate(method, whole.model, options, numbers, rows, self._settings.home)

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

    def _is_rehearsal(self, holder: Holder) -> bool:
        return holder.kind == "job" and self._rehearsals.has(holder.id)
