"""Rows with labels: how a classifier does them, beside always saying the most frequent label; and the table of labels.

The table is also made where a model that writes text was tuned on such rows: its answers are read as labels.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from studio.data.values import Example
from studio.errors import DataError
from studio.evaluation.compare import Matches
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import Entrant
from studio.evaluation.said import Said
from studio.evaluation.scorecard import CANDIDATES, LabelTable, Row
from studio.models import labels as labelling
from studio.models.labels import Labels, Told

MOST_TAKEN = 50
SHARES_KEPT = 5


def said(group: Sequence[Entrant], contest: Contest) -> Iterator[tuple[Entrant, list[Said]]]:
    """Classifiers, and in the place of the base model the guess that needs none; DataError when a row to judge by has
    no label."""
    from studio.inference.tell import Teller

    if contest.judging and not all(example.labels for example in contest.examples):
        raise DataError("A classifier is judged on labels, and these examples have none.", "Use rows with a label.")
    contest.ticker.tell("Loading the model")
    teller = Teller({one.id: Path(one.checkpoint.path) for one in group if one.checkpoint}, contest.threads)
    contest.ticker.restart_clock()
    for one in group:
        what = f"{one.title} tells the labels" if one.checkpoint else "Counting the most frequent label"

        def ask(left: list[int], name: str = one.id) -> Iterator[dict[int, Any]]:
            texts = [labelling.text_of(contest.examples[place].messages) for place in left]
            began = time.perf_counter()
            for batch in teller.batches(name, texts):
                each = round((time.perf_counter() - began) / len(batch), 5)
                yield {place: [each, shares] for place, shares in batch.items()}
                began = time.perf_counter()

        mark = one.mark(data=contest.data, what="labels", guess="" if one.checkpoint else group[-1].mark())
        found = contest.ticker.follow(contest.kept.through(mark, contest.numbers, ask), what)
        labels = teller.labels(one.id)
        yield one, [_said(labels, row, *found[place]) for place, row in enumerate(contest.examples)]


def _said(labels: Labels, row: Example, seconds: float, shares: Sequence[float]) -> Said:
    told = labels.told(shares)
    order = sorted(range(len(shares)), key=lambda index: -shares[index])[:SHARES_KEPT]
    return Said(
        labelling.written(told),
        seconds=seconds,
        labels=told,
        shares=tuple((labels.names[index], round(shares[index], 4)) for index in order),
        loss=labels.loss(shares, row.labels) if row.labels else None,
    )


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
