"""Rows of a few kinds, of which the rarer ones may turn out to be the odd ones at the end of the file: each kind is
counted, and its first rows are kept for the findings."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from studio.data.batch import Batch
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

    def add(self, kinds: Sequence[K], batch: Batch, shown: Callable[[Example], str], log: Log) -> None:
        """Takes the kind of each row of a batch. shown: what a finding shows of a row."""
        found = Counter(kinds)
        for kind in found:
            if kind not in self.count and len(self.count) >= MOST_KINDS:
                self.too_many = True
                return
            self.count[kind] += found[kind]
            self.rows.setdefault(kind, [])
        # Of many kinds only the first rows of each can still matter.
        most = MOST_PER_RULE if len(self.count) < 10 else 10
        wanted = {kind for kind in found if len(self.rows[kind]) < most}
        for kind, example in zip(kinds, batch.examples, strict=True) if wanted else ():
            if kind in wanted and len(self.rows[kind]) < most:
                self.rows[kind].append(Kept(example.line, log.file, excerpt(shown(example))))

    def tell(self, kind: K, rule: Rule, field: str | None, log: Log, **values: object) -> None:
        """A finding for each row of a kind; the last one stands for those that were not kept."""
        rows = self.rows[kind]
        unkept = self.count[kind] - len(rows)
        for row in rows:
            with log.within(row.file):
                log.add(rule, row.line, field, row.shown, places=1 + unkept if row is rows[-1] else 1, **values)
