"""Rows with labels: how a classifier does them, beside always saying the most frequent label; and the table of labels.

The table is also made where a model that writes text was tuned on such rows: its answers are read as labels.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from studio.data.values import Example
from studio.errors import DataError
from studio.evaluation.compare import Matches
from studio.evaluation.scorecard import CANDIDATES, LabelTable, Row
from studio.evaluation.ticker import Ticker
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate
from studio.models import labels as labelling
from studio.models.labels import Labels, Told

MOST_TAKEN = 50


def judged(
    folder: Path, work: Evaluate, chosen: Sequence[int], examples: Sequence[Example], journal: Journal
) -> list[Row]:
    """Both candidates on every row; DataError when a row has no label."""
    from studio.inference.tell import Teller

    if not all(example.labels for example in examples):
        raise DataError("A classifier is judged on labels, and these examples have none.", "Use rows with a label.")
    ticker = Ticker(folder, journal, len(examples) * len(CANDIDATES))
    ticker.tell("Loading the model")
    teller = Teller({"tuned": Path(work.checkpoint.path)}, work.threads)
    ticker.restart_clock()
    texts = [labelling.text_of(example.messages) for example in examples]
    told_what = {"base": "Counting the most frequent label", "tuned": "The tuned model tells the labels"}
    shares = {name: ticker.follow(teller.batches(name, texts), told_what[name]) for name in CANDIDATES}
    rows = []
    for place, (number, example) in enumerate(zip(chosen, examples, strict=True)):
        given = {name: shares[name][place] for name in CANDIDATES}
        said = {name: teller.labels(name).told(given[name]) for name in CANDIDATES}
        rows.append(
            Row(
                row=number,
                line=example.line,
                prompt=tuple(turn.as_dict() for turn in example.prompt),
                wanted=labelling.written(example.labels),
                answers={name: labelling.written(said[name]) for name in CANDIDATES},
                losses={name: teller.labels(name).loss(given[name], example.labels) for name in CANDIDATES},
                exact={name: set(said[name]) == set(example.labels) for name in CANDIDATES},
                labels=example.labels,
            )
        )
    return rows


def counted(labels: Labels) -> Callable[[Matches], str]:
    """The counts in the verdict's words: an untuned classifier has no say, so a guess stands in its place."""

    def words(found: Matches) -> str:
        rows = "1 test row" if found.rows == 1 else f"{found.rows} test rows"
        return (
            f"of {rows} the tuned model tells {found.tuned} right; always saying the most frequent label, "
            f"{labels.most_frequent}, gets {found.base}"
        )

    return words


def told(rows: Sequence[Row], name: str) -> list[tuple[str, ...]]:
    """The labels that a candidate's answers name; empty for rows without labels."""
    names = {label for row in rows for label in row.labels}
    return [labelling.parsed(row.answers[name], names) if row.labels else () for row in rows]


def table(rows: Sequence[Row]) -> LabelTable | None:
    """How each label was told by both candidates; None unless every row has labels."""
    if not rows or not all(row.labels for row in rows):
        return None
    wanted = [row.labels for row in rows]
    said = {name: told(rows, name) for name in CANDIDATES}
    found = {name: {one.label: one for one in labelling.tally(wanted, said[name])} for name in CANDIDATES}
    # What a model wrote that is no label of the rows stays among the mistakes, not in the table.
    names = sorted({label for row in wanted for label in row})
    entries = tuple(
        {
            "label": label,
            "wanted": found["tuned"][label].wanted,
            **{name: _entry(found[name][label]) for name in CANDIDATES},
        }
        for label in names
    )
    if any(len(row) > 1 for row in wanted):
        return LabelTable(entries, ())
    pairs = zip(wanted, said["tuned"], strict=True)
    mistakes = Counter((one[0], labelling.written(other)) for one, other in pairs if one != other)
    taken = tuple(
        {"wanted": one, "answered": other, "rows": count} for (one, other), count in mistakes.most_common(MOST_TAKEN)
    )
    return LabelTable(entries, taken)


def _entry(one: Told) -> dict[str, Any]:
    return {
        "told": one.told,
        "right": one.right,
        "precision": one.precision,
        "recall": one.recall,
        "f1": one.f1,
    }
