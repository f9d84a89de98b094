"""Evaluations: base and tuned model on the same rows, in a job of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import data as datafiles
from studio.errors import DataError
from studio.evaluation import scorecard as scorecards
from studio.evaluation.scorecard import Scorecard
from studio.hosted.base import Connection
from studio.jobs.spec import Evaluate, Source
from studio.session.datasets import Datasets
from studio.session.hosted import HostedRuns
from studio.session.jobbook import JobBook
from studio.session.tables import JobRow
from studio.session.talks import HERE, base_source, chosen, voices
from studio.session.tuned import tuned as best
from studio.session.values import Run
from studio.settings import Settings


@dataclass(frozen=True)
class Told:
    """What a run tells an evaluation of it: its data, the base model, what was tuned."""

    data: Source
    split: Source
    model: Source
    model_name: str
    checkpoint: Source
    hosted: dict[str, Any]


class Evaluations:
    def __init__(self, settings: Settings, datasets: Datasets, book: JobBook, hosted: HostedRuns) -> None:
        self._settings = settings
        self._datasets = datasets
        self._book = book
        self._hosted = hosted

    def start(self, run_id: str, data: Path | None = None, base: str = HERE, tuned: str = "") -> Run:
        """Starts the evaluation of a train run on its own test rows, or on every usable row of the file `data`.

        base, tuned: of a hosted run, which of its voices are compared ('' the last there is). Raises JobError when the
        run has kept nothing yet, DataError when the file or the run's data cannot be used, UsageError without a key,
        BusyError when the machine is held.
        """
        run = self._book.run(self._book.row(run_id))
        secrets = None
        if run.kind == "hosted":
            told, connection = self._remote(run, base, tuned)
            secrets = connection.secrets
        else:
            run, checkpoint, trained = best(self._book, run_id)
            told = Told(trained.data, trained.split, trained.model, trained.model_name, checkpoint, {})
        dataset, rows = run.dataset, Path(told.data.path)
        split: Source | None = told.split
        if data is not None:
            brought = self._datasets.add(run.project, data, judging=True)
            if not brought.report.usable:
                first = next(f for f in brought.report.findings if f.severity == "error")
                raise DataError(first.message, first.remedy, line=first.line, field=first.field)
            dataset, rows, split = brought.id, brought.rows, None
        elif not rows.is_file():
            raise DataError("The data set of this run was deleted.", "Evaluate it on a file with examples instead.")
        row = JobRow(
            project=run.project,
            kind="evaluate",
            name=f"Evaluation of {run.name}",
            dataset=dataset,
            model=run.model,
            method="",
            options={},
            parent=run.id,
        )
        return self._book.start(row, lambda: self._work(run, told, rows, split), secrets)

    def _work(self, run: Run, told: "Told", rows: Path, split: Source | None) -> Evaluate:
        return Evaluate(
            data=Source(str(rows), datafiles.fingerprint(rows)),
            split=split,
            model=told.model,
            model_name=told.model_name,
            checkpoint=told.checkpoint,
            train_job=run.id,
            rows_seen=len(datafiles.load_examples(rows)),
            threads=self._settings.threads,
            hosted=told.hosted,
        )

    def _remote(self, run: Run, base: str, tuned: str) -> tuple["Told", Connection]:
        """What is compared of a hosted run, and how to reach its provider."""
        provider, connection = self._hosted.connection(run.id)
        found = voices(run, provider)
        sides = {"base": chosen(found, base).model, "tuned": chosen(found, tuned or found[-1].id).model}
        work = self._hosted.work(run.id)
        local, _ = base_source()
        hosted = {
            "provider": work.provider,
            "address": work.address,
            "private": work.private,
            "more": work.more,
            "models": sides,
        }
        return Told(
            work.data, work.split, local, work.model, Source(sides["tuned"], sides["tuned"]), hosted
        ), connection

    def of(self, run_id: str) -> Run | None:
        """The latest evaluation of a train run, None when it has none."""
        self._book.row(run_id)
        rows = self._book.rows(kind="evaluate", parent=run_id)
        return self._book.run(rows[0]) if rows else None

    def scorecard(self, evaluation_id: str) -> Scorecard | None:
        """The scores and answers of an evaluation, None before it is done."""
        return scorecards.load(self._book.folder(self._book.row(evaluation_id).id))
