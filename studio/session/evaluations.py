"""Evaluations: base, tuned model and whoever else on the same rows, in a job of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import data as datafiles
from studio.errors import DataError, JobError
from studio.evaluation import judge as judging
from studio.evaluation import report
from studio.evaluation import scorecard as scorecards
from studio.evaluation.said import FILE as ANSWERS
from studio.evaluation.scorecard import Scorecard
from studio.hosted.base import Connection
from studio.hosted.talk import Used
from studio.jobs import spec as specs
from studio.jobs.spec import Evaluate, Source
from studio.session import comparing, truth
from studio.session.comparing import Beside
from studio.session.datasets import Datasets
from studio.session.hosted import HostedRuns
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.providers import Providers
from studio.session.tables import JobRow
from studio.session.talks import HERE, base_source, chosen, voices
from studio.session.tuned import tuned as best
from studio.session.values import Run
from studio.settings import Settings

MOST_EARLIER = 5
"""Evaluations of a run whose kept answers a new one may take over."""


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
    def __init__(
        self, settings: Settings, datasets: Datasets, book: JobBook, hosted: HostedRuns, providers: Providers
    ) -> None:
        self._settings = settings
        self._datasets = datasets
        self._book = book
        self._hosted = hosted
        self._providers = providers

    def start(
        self, run_id: str, data: Path | None = None, base: str = HERE, tuned: str = "", beside: Beside | None = None
    ) -> Run:
        """Starts the evaluation of a train run on its own test rows, or on every usable row of the file `data`. The
        simple rivals come along where they suit; answers that earlier evaluations of the run kept are taken over, so
        that one that was stopped or broke goes on.

        base, tuned: of a hosted run, which of its voices are compared ('' the last there is). beside: who else. Raises
        JobError when a run has kept nothing yet, DataError when the file or the run's data cannot be used, UsageError
        without a key, BusyError when the machine is held.
        """
        beside = beside or Beside()
        run = self._book.run(self._book.row(run_id))
        secrets: dict[str, str] = {}
        if run.kind == "hosted":
            told, connection = self._remote(run, base, tuned)
            secrets |= connection.secrets
        else:
            run, checkpoint, trained = best(self._book, run_id)
            told = Told(trained.data, trained.split, trained.model, trained.model_name, checkpoint, {})
        dataset, rows = run.dataset, Path(told.data.path)
        split: Source | None = told.split
        learned = [told.data, told.split]
        learned = learned if all(Path(source.path).is_file() for source in learned) else []
        if data is not None:
            brought = self._datasets.add(run.project, data, judging=True)
            if not brought.report.usable:
                first = next(f for f in brought.report.findings if f.severity == "error")
                raise DataError(first.message, first.remedy, line=first.line, field=first.field)
            dataset, rows, split = brought.id, brought.rows, None
        elif not rows.is_file():
            raise DataError("The data set of this run was deleted.", "Evaluate it on a file with examples instead.")
        asked = comparing.asked(self._book, self._providers, run.id, beside, told.model, learned)
        secrets |= asked.secrets
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

        def work() -> Evaluate:
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
                candidates=asked.candidates,
                learned=learned,
                earlier=self._earlier(run.id),
                measure=beside.measure,
                judge=asked.judge,
                general=beside.general and not told.hosted and run.method != "classifier",
                version=run.version if split else None,
                template=truth.template_print(Path(told.model.path)),
            )

        return self._book.start(row, work, secrets or None)

    def judge_price(self, run_id: str, judge: comparing.Elsewhere, rubric: str = "") -> tuple[Used, float | None]:
        """About what it takes to have the run's test rows judged, and US dollars where the price is known. Both answers
        are taken to be as long as the wanted one. DataError when the rows are gone."""
        run = self._book.run(self._book.row(run_id))
        work = self._hosted.work(run_id) if run.kind == "hosted" else best(self._book, run_id)[2]
        if not Path(work.data.path).is_file():
            raise DataError("The data set of this run was deleted.", "Evaluate it on a file with examples instead.")
        examples, split = datafiles.load_examples(Path(work.data.path)), datafiles.load_split(Path(work.split.path))
        rows = [examples[row] for row in split.test or split.validation]
        texts = [("\n".join(turn.content for turn in row.prompt), row.answer, row.answer, row.answer) for row in rows]
        used = judging.tokens(texts, rubric or judging.RUBRIC)
        price = judge.price
        return used, None if price is None else (used.input * price[0] + used.output * price[1]) / 1e6

    def _earlier(self, run_id: str) -> list[Source]:
        """Kept answers of the run's newest evaluations that have ended."""
        found = []
        for row in self._book.rows(kind="evaluate", parent=run_id):
            path = self._book.folder(row.id) / ANSWERS
            if path.is_file() and self._book.supervisor.state(row.id).state not in ACTIVE:
                found.append(Source(str(path), datafiles.fingerprint(path)))
        return found[:MOST_EARLIER]

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

    def taken(self, evaluation_id: str, what: str) -> tuple[str, str]:
        """A comparison as a file to take away: what it holds, and its name. what: 'report' (one HTML page), 'rows'
        (CSV) or 'everything' (JSON). JobError before it is done."""
        row = self._book.row(evaluation_id)
        card = self.scorecard(evaluation_id)
        if card is None:
            raise JobError(f"{row.name} has no verdict.", "Compare first, or compare again.")
        if what == "rows":
            return report.rows_csv(card), f"{row.id}-rows.csv"
        if what == "everything":
            return report.everything(card), f"{row.id}-comparison.json"
        facts = {"name": row.name, "When": f"{row.created:%d %B %Y, %H:%M} UTC", "Run": card.train_job}
        if card.version is not None:
            facts["Version of the data"] = str(card.version)
        return report.page(card, facts), f"{row.id}-report.html"

    def stale(self, evaluation_id: str) -> list[str]:
        """What changed since the evaluation, a sentence each; empty while its scorecard holds."""
        row = self._book.row(evaluation_id)
        card = self.scorecard(evaluation_id)
        if card is None or row.parent is None:
            return []
        work = specs.read(self._book.folder(row.id)).work
        assert isinstance(work, Evaluate)
        return truth.stale(card, work, self._book.run(self._book.row(row.parent)), self._datasets)
