"""Evaluations: base and tuned model on the same rows, in a job of its own."""

from pathlib import Path

from studio import data as datafiles
from studio.errors import DataError
from studio.evaluation import scorecard as scorecards
from studio.evaluation.scorecard import Scorecard
from studio.jobs.spec import Evaluate, Source, Train
from studio.session.datasets import Datasets
from studio.session.jobbook import JobBook
from studio.session.tables import JobRow
from studio.session.tuned import tuned
from studio.session.values import Run
from studio.settings import Settings


class Evaluations:
    def __init__(self, settings: Settings, datasets: Datasets, book: JobBook) -> None:
        self._settings = settings
        self._datasets = datasets
        self._book = book

    def start(self, run_id: str, data: Path | None = None) -> Run:
        """Starts the evaluation of a train run on its own test rows, or on every usable row of the file `data`.

        Raises JobError when the run has kept nothing yet, DataError when the file or the run's data cannot be used,
        BusyError when the machine is held.
        """
        run, checkpoint, work = tuned(self._book, run_id)
        dataset, rows = run.dataset, Path(work.data.path)
        split: Source | None = work.split
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
        return self._book.start(row, lambda: self._work(run, work, checkpoint, rows, split))

    def _work(self, run: Run, work: Train, checkpoint: Source, rows: Path, split: Source | None) -> Evaluate:
        return Evaluate(
            data=Source(str(rows), datafiles.fingerprint(rows)),
            split=split,
            model=work.model,
            model_name=work.model_name,
            checkpoint=checkpoint,
            train_job=run.id,
            rows_seen=len(datafiles.load_examples(rows)),
            threads=self._settings.threads,
        )

    def of(self, run_id: str) -> Run | None:
        """The latest evaluation of a train run, None when it has none."""
        self._book.row(run_id)
        rows = self._book.rows(kind="evaluate", parent=run_id)
        return self._book.run(rows[0]) if rows else None

    def scorecard(self, evaluation_id: str) -> Scorecard | None:
        """The scores and answers of an evaluation, None before it is done."""
        return scorecards.load(self._book.folder(self._book.row(evaluation_id).id))
