"""Rows of a few kinds, of which the rarer ones may turn out to be the odd ones at the end of the file: each kind is
counted, and its first rows are kept for the findings."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from studio.data.log import MOST_PER_RULE, Log
from studio.data.rules import Rule, excerpt
from studio.data.values import Example

K = TypeVar("K", bound=Hashable)
MOST_KINDS = 1000


@dataclass(frozen=True)
class Kept:
    """A row that a finding may be about."""

    line: int
    file: str | None
    shown: str


class Kinds(Generic[K]):
    """Counts of kinds, and up to a thousand rows of each. Beyond a thousand kinds no more are taken up."""

    def __init__(self) -> None:
        self.count: Counter[K] = Counter()
        self.rows: dict[K, list[Kept]] = {}
        self.too_many = False

    def add(self, kind: K, example: Example, shown: str, log: Log) -> None:
        if kind not in self.count and len(self.count) >= MOST_KINDS:
            self.too_many = True
            return
        self.count[kind] += 1
        rows = self.rows.setdefault(kind, [])
        # Of a kind with many rows only the first can still matter.
        if len(rows) < (MOST_PER_RULE if len(self.count) < 10 else 10):
            rows.append(Kept(example.line, log.file, excerpt(shown)))

    def tell(self, kind: K, rule: Rule, field: str | None, log: Log, **values: object) -> None:
        """A finding for each row of a kind; the last one stands for those that were not kept."""
        rows = self.rows[kind]
        unkept = self.count[kind] - len(rows)
        for row in rows:
            with log.within(row.file):
                log.add(rule, row.line, field, row.shown, places=1 + unkept if row is rows[-1] else 1, **values)
