"""What an apply job does: one candidate answers every row of a table, and the table is written again with the answers.

Answers are kept as they come, so that the same work goes on where it was ended.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.data.values import Example
from studio.errors import JobError
from studio.evaluation import body, entrants, rounds, table
from studio.evaluation.contest import Contest
from studio.evaluation.said import Kept, Said
from studio.evaluation.table import Table
from studio.evaluation.ticker import Stopped, Ticker
from studio.jobs.events import Note, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Apply, Spec

RESULT = "table"
"""The folder of the job in which the table lies when it is done."""
NAMED = 5


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Applies as the spec says and journals it to the last word. Raises StudioError in the user's words."""
    work = spec.work
    if not isinstance(work, Apply):
        raise JobError("This job applies nothing.", "Start it again from the Evaluate tab.")
    body.unchanged(work.file)
    entrant = entrants.from_json(work.candidate)
    if entrant.checkpoint:
        body.whole(entrant.checkpoint)
    journal.append(State("running"))
    source = Path(work.file.path)
    found = table.read(source, work.name)
    asked = [table.question(row, work.column, work.system) for _, row in found.rows]
    open_ones = [place for place, question in enumerate(asked) if question is not None]
    _tell_skipped(journal, found, asked)
    training = body.learned(work.learned)
    try:
        answers = rounds.said(
            [entrant],
            Contest(
                examples=[question for question in asked if question is not None],
                numbers=open_ones,
                data=f"{work.file.fingerprint} {work.column} {work.system}",
                training=training,
                answers=[example.answer for example in training] or [" " * 256],
                threads=work.threads,
                secrets=secrets,
                kept=Kept(folder, [Path(one.path) for one in work.earlier]),
                ticker=Ticker(folder, journal, len(open_ones)),
                judging=False,
                learned=work.learned[1].fingerprint if work.learned else "",
            ),
        )[entrant.id]
    except Stopped:
        journal.append(Note("Stopped before all rows were answered. Start it again to go on; the answers are kept."))
        journal.append(State("stopped"))
        return
    target = folder / RESULT / f"{Path(work.name).name.split('.')[0]}-answers{table.ending(work.name)}"
    target.parent.mkdir(exist_ok=True)
    added = _columns(work, found, dict(zip(open_ones, answers, strict=True)))
    if not table.write(source, found, added, target):
        journal.append(Note("The formats of the workbook could not be kept; the table is written plainly."))
    done = f"{len(answers):,} of {len(found.rows):,} rows are answered, in the column {work.answer}."
    journal.append(
        Result(
            {"job": spec.job, "rows": len(found.rows), "answered": len(answers), "file": str(target), "sentence": done}
        )
    )
    journal.append(State("finished"))


def _columns(work: Apply, found: Table, answers: Mapping[int, Said]) -> dict[str, list[object]]:
    """The added columns: the answer, and its probability where a classifier told it."""
    every = range(len(found.rows))
    added: dict[str, list[object]] = {work.answer: [answers[n].text if n in answers else "" for n in every]}
    if any(said.shares for said in answers.values()):
        # The share of the least certain of the labels that were told.
        added[work.probability] = [_probability(answers[n]) if n in answers else "" for n in every]
    return added


def _probability(said: Said) -> float | str:
    shares = dict(said.shares)
    told = [shares[label] for label in said.labels if label in shares]
    return round(min(told), 4) if told else ""


def _tell_skipped(journal: Journal, found: Table, asked: Sequence[Example | None]) -> None:
    if found.unread:
        lines = ", ".join(map(str, found.unread[:NAMED]))
        more = "" if len(found.unread) <= NAMED else f" and {len(found.unread) - NAMED:,} more"
        journal.append(Note(f"Lines that could not be read are left out: {lines}{more}."))
    empty = sum(question is None for question in asked)
    if empty:
        journal.append(Note(f"{empty:,} rows hold no text, and get no answer."))
