"""A model applied to a file: new inputs in, the same table with answers out, in a job of its own."""

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import data as datafiles
from studio.data.sources import size_of
from studio.errors import DataError, JobError, UsageError
from studio.evaluation import body, hosted, table
from studio.evaluation.applying import RESULT
from studio.evaluation.entrants import BASE, PROMPTED, RIVALS, TUNED, Entrant, from_json
from studio.evaluation.said import FILE as ANSWERS
from studio.hosted.talk import Used
from studio.jobs.spec import Apply, Source, Train
from studio.session import comparing
from studio.session.comparing import Beside
from studio.session.hosted import HostedRuns
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.preparing import taken_in
from studio.session.providers import Providers
from studio.session.tables import JobRow
from studio.session.talks import voices
from studio.session.tuned import tuned as best
from studio.session.values import Run
from studio.settings import Settings

KIND = "apply"
FOLDER = "applied"
SHOWN = 3
ANSWER, PROBABILITY = "answer", "probability"
_ASKED = ("prompt", "text", "question", "input", "message", "instruction", "user")


@dataclass(frozen=True)
class Preview:
    """What a file holds to apply a model to. column: the one that is most likely the input, '' for chat turns. first:
    its first texts."""

    rows: int
    columns: list[str]
    column: str
    first: list[str]


class Applications:
    def __init__(self, settings: Settings, book: JobBook, hosted: HostedRuns, providers: Providers) -> None:
        self._settings = settings
        self._book = book
        self._hosted = hosted
        self._providers = providers

    def look(self, path: Path, column: str | None = None) -> Preview:
        """What is in the file; DataError when there is no table in it or no such column."""
        self._small_enough(path)
        found = table.read(path, path.name)
        column = _column(found) if column is None else column
        if column and column not in found.columns:
            raise DataError(f"There is no column {column}.", f"Choose one of: {', '.join(found.columns)}.")
        asked = [table.question(row, column, "") for _, row in found.rows]
        texts = [question.messages[-2].content for question in asked if question is not None]
        if not texts:
            raise DataError(f"The column {column} holds no text.", "Choose another column.", field="column")
        return Preview(len(found.rows), found.columns, column, texts[:SHOWN])

    def take(self, run_id: str, path: Path) -> Path:
        """Copies the file to the run, with which it goes; DataError where there is no table in it."""
        run = self._book.run(self._book.row(run_id))
        self.look(path)
        return self._kept(run, path)

    def start(
        self, run_id: str, path: Path, column: str | None = None, who: str = TUNED, beside: Beside | None = None
    ) -> Run:
        """Starts answering every row of the file. column: where the input stands (None: the likeliest). who: tuned,
        base, prompted, remote or a simple rival. What an earlier try with the same file and settings kept is taken
        over.

        Raises as `look` does; JobError when the run has kept nothing yet, UsageError for an unknown candidate or
        without a key, BusyError when the machine is held.
        """
        run = self._book.run(self._book.row(run_id))
        preview = self.look(path, column)
        entrant, learned, secrets = self._entrant(run, who, beside or Beside())
        kept = self._kept(run, path)
        row = JobRow(
            project=run.project,
            kind=KIND,
            name=f"{path.name} answered by {run.name}",
            dataset=None,
            model=run.model,
            method="",
            options={"who": who},
            parent=run.id,
        )

        def work() -> Apply:
            return Apply(
                file=Source(str(kept), datafiles.fingerprint(kept)),
                name=path.name,
                column=preview.column,
                system=_system(learned),
                answer=table.unique(ANSWER, preview.columns),
                probability=table.unique(PROBABILITY, preview.columns),
                candidate=entrant.as_json(),
                learned=learned,
                earlier=self._earlier(run.id),
                rows=preview.rows,
                threads=self._settings.threads,
            )

        return self._book.start(row, work, secrets or None)

    def price(
        self, run_id: str, path: Path, column: str | None = None, who: str = TUNED, beside: Beside | None = None
    ) -> tuple[Used, float | None] | None:
        """About the tokens that answering takes where a model elsewhere is asked, and US dollars where its price is
        known; None where everything stays on this machine. Raises as `start` does."""
        run = self._book.run(self._book.row(run_id))
        entrant, learned, _ = self._entrant(run, who, beside or Beside())
        if not entrant.hosted:
            return None
        column, system = self.look(path, column).column, _system(learned)
        asked = [table.question(row, column, system) for _, row in table.read(path, path.name).rows]
        used = hosted.expected(entrant, [one for one in asked if one is not None], body.learned(learned))
        return used, used.dollars(hosted.price(entrant.hosted))

    def of(self, run_id: str) -> Run | None:
        """The latest application of a run, None when it has none."""
        self._book.row(run_id)
        rows = self._book.rows(kind=KIND, parent=run_id)
        return self._book.run(rows[0]) if rows else None

    def table(self, run_id: str) -> Path:
        """The table with the answers, of an application; JobError before it is there."""
        folder = self._book.folder(self._book.row(run_id).id) / RESULT
        found = sorted(folder.glob("*-answers.*")) if folder.is_dir() else []
        if not found:
            raise JobError("The table is not finished.", "Wait until the job is done, or start it again.")
        return found[0]

    def _entrant(self, run: Run, who: str, beside: Beside) -> tuple[Entrant, list[Source], dict[str, str]]:
        """Who answers, what it was trained on, and the keys it needs."""
        if run.kind == "hosted":
            return self._hosted_entrant(run, who)
        _, checkpoint, work = best(self._book, run.id)
        learned = _learned(work)
        if who == TUNED:
            return Entrant(TUNED, "tuned", run.name, work.model, checkpoint), learned, {}
        if run.method != "classifier" and who == BASE:
            return Entrant(BASE, "base", "Base model", work.model), learned, {}
        if run.method != "classifier" and who == PROMPTED:
            return comparing.prompted(beside, work.model), learned, {}
        asked = comparing.asked(self._book, self._providers, run.id, beside, work.model, learned)
        found = next((raw for raw in asked.candidates if raw["id"] == who), None)
        if found is None:
            known = [TUNED, *(() if run.method == "classifier" else (BASE, PROMPTED)), "remote", *RIVALS]
            raise UsageError(f"{who} cannot answer here.", f"Choose one of: {', '.join(known)}.", field="who")
        return from_json(found), learned, asked.secrets

    def _hosted_entrant(self, run: Run, who: str) -> tuple[Entrant, list[Source], dict[str, str]]:
        if who != TUNED:
            raise UsageError("Of a run at a provider only its tuned model answers files.", "Choose tuned.", field="who")
        provider, connection = self._hosted.connection(run.id)
        work, model = self._hosted.work(run.id), voices(run, provider)[-1].model
        told: dict[str, Any] = {
            **{name: getattr(work, name) for name in ("provider", "address", "private", "more")},
            "model": model,
            "secret": "key",
            "price": None,
            "priced_as": work.model,
        }
        return Entrant(TUNED, "remote", run.name, hosted=told), _learned(work), dict(connection.secrets)

    def _kept(self, run: Run, path: Path) -> Path:
        """The file, copied into the run's folder; it goes with the run."""
        digest = datafiles.fingerprint(path)
        target = run.folder / FOLDER / digest[:16] / path.name
        if not target.is_file():
            shutil.rmtree(target.parent, ignore_errors=True)
            taken_in(path, target)
        return target

    def _earlier(self, run_id: str) -> list[Source]:
        found = []
        for row in self._book.rows(kind=KIND, parent=run_id):
            path = self._book.folder(row.id) / ANSWERS
            if path.is_file() and self._book.supervisor.state(row.id).state not in ACTIVE:
                found.append(Source(str(path), datafiles.fingerprint(path)))
        return found

    def _small_enough(self, path: Path) -> None:
        size_of(datafiles.sources_of(path), self._settings.upload_limit_mb * 10**6)


def _learned(work: Train | Any) -> list[Source]:
    there = all(Path(source.path).is_file() for source in (work.data, work.split))
    return [work.data, work.split] if there else []


def _column(found: table.Table) -> str:
    """The likeliest column of the input: chat turns, a telling name, else the one with the longest texts."""
    if table.TURNS in found.columns:
        return ""
    named = [name for wanted in _ASKED for name in found.columns if name.strip().lower() == wanted]
    if named:
        return named[0]
    lengths = {name: sum(len(str(row.get(name) or "")) for _, row in found.rows[:100]) for name in found.columns}
    return max(lengths, key=lambda name: lengths[name])


def _system(learned: list[Source]) -> str:
    """The system turn that most of the training rows begin with, so that new rows are asked in the same way."""
    if not learned:
        return ""
    examples = datafiles.load_examples(Path(learned[0].path))
    systems = Counter(row.messages[0].content for row in examples if row.messages[0].role == "system")
    text, count = systems.most_common(1)[0] if systems else ("", 0)
    return text if 2 * count >= len(examples) else ""
