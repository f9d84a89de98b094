"""The score by kinds of rows: by wanted label or value, and by the length of the question. Of the numbers of a slice
little can be said when it is small, so each has its interval."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from studio.evaluation.intervals import Interval, wilson
from studio.evaluation.scorecard import CANDIDATES, Row

MOST_LABELS = 30
LEAST_ROWS = 6


@dataclass(frozen=True)
class Slice:
    """name: of the kind of rows; by: 'label' or 'length'; right: how many, by candidate, with its interval."""

    by: str
    name: str
    rows: int
    right: dict[str, tuple[int, Interval]]


def slices(rows: Sequence[Row]) -> list[Slice]:
    """All slices that these rows have; of labels the most frequent first."""
    return [*_by_label(rows), *_by_length(rows)]


def kinds(rows: Sequence[Row]) -> list[str]:
    """The wanted labels or values, the most frequent first; empty where they hardly come again."""
    counts = Counter(row.wanted.strip() for row in rows)
    return [name for name, _ in counts.most_common(MOST_LABELS)] if 1 < len(counts) <= len(rows) / 2 else []


def matrix(rows: Sequence[Row], name: str = "tuned", most: int = 12) -> tuple[list[str], list[list[int]]] | None:
    """Wanted against told: the labels, and counts with a last column for everything else that was said. None where
    there are no few labels."""
    labels = kinds(rows)
    if not 2 <= len(labels) <= most:
        return None
    places = {label: place for place, label in enumerate(labels)}
    counts = [[0] * (len(labels) + 1) for _ in labels]
    for row in rows:
        counts[places[row.wanted.strip()]][places.get(row.answers[name].strip(), len(labels))] += 1
    return labels, counts


def _by_label(rows: Sequence[Row]) -> list[Slice]:
    return [_slice("label", name, [row for row in rows if row.wanted.strip() == name]) for name in kinds(rows)]


def _by_length(rows: Sequence[Row]) -> list[Slice]:
    if len(rows) < 3 * LEAST_ROWS:
        return []
    ordered = sorted(rows, key=length)
    third = len(ordered) // 3
    parts = (ordered[:third], ordered[third:-third], ordered[-third:])
    return [
        _slice("length", f"{length(part[0]):,} to {length(part[-1]):,} words", part)
        for part in parts
        if length(ordered[0]) < length(ordered[-1])
    ]


def length(row: Row) -> int:
    """Words of what the user said."""
    return sum(len(turn["content"].split()) for turn in row.prompt if turn["role"] == "user")


def _slice(by: str, name: str, rows: Sequence[Row]) -> Slice:
    right = {one: sum(row.exact[one] for row in rows) for one in CANDIDATES}
    return Slice(by, name, len(rows), {one: (count, wilson(count, len(rows))) for one, count in right.items()})
