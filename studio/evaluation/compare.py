"""Paired comparison of two candidates on the same rows: what differs, and whether chance alone could make it.

Pairing takes out how hard the rows are, so far fewer rows show a difference. The sentence about it is verdict.py's.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from studio.evaluation.intervals import CONFIDENCE, Interval, bootstrap_mean
from studio.evaluation.metrics.base import Measure

Evidence = Literal["better", "worse", "none"]
ALPHA = 1 - CONFIDENCE


@dataclass(frozen=True)
class Matches:
    """Exact matches of base and tuned model. gained: rows only the tuned model gets right; lost: only the base model.
    p: two-sided exact McNemar (McNemar 1947; the binomial form), 1.0 when no row differs."""

    rows: int
    base: int
    tuned: int
    gained: int
    lost: int
    p: float

    @property
    def differing(self) -> int:
        return self.gained + self.lost

    @property
    def evidence(self) -> Evidence:
        if self.p >= ALPHA:
            return "none"
        return "better" if self.gained > self.lost else "worse"


@dataclass(frozen=True)
class Difference:
    """Tuned minus base of a measure, as a mean over rows with its paired bootstrap interval."""

    rows: int
    base: float
    tuned: float
    mean: float
    interval: Interval
    higher_is_better: bool

    @property
    def evidence(self) -> Evidence:
        low, high = self.interval
        if low <= 0 <= high or self.rows < MIN_PAIRS:
            return "none"
        return "better" if (low > 0) == self.higher_is_better else "worse"


MIN_PAIRS = 6
"""The fewest rows that can show a difference at 95 %: six wins to none give p = 0.031, five give 0.063."""


@dataclass(frozen=True)
class Comparison:
    """All that is compared. fields: the mean share of right JSON fields a row, None where answers are no objects.
    loss: None where a candidate tells none. pairs: of how many pairs each prefers the better
    answer, None without pairs."""

    matches: Matches
    loss: Difference | None
    fields: Difference | None = None
    pairs: Matches | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p of the exact McNemar test: how likely so lopsided a split of the differing rows is by chance."""
    differing = gained + lost
    if differing == 0:
        return 1.0
    tail = sum(math.comb(differing, k) for k in range(min(gained, lost) + 1)) / 2**differing
    return min(1.0, 2 * tail)


def matches(base: Sequence[bool], tuned: Sequence[bool]) -> Matches:
    """Compares exact matches row by row."""
    gained = sum(t and not b for b, t in zip(base, tuned, strict=True))
    lost = sum(b and not t for b, t in zip(base, tuned, strict=True))
    return Matches(len(base), sum(base), sum(tuned), gained, lost, mcnemar(gained, lost))


def difference(base: Sequence[float], tuned: Sequence[float], *, higher_is_better: bool) -> Difference:
    """Compares a measure row by row; at least one row."""
    steps = [t - b for b, t in zip(base, tuned, strict=True)]
    rows = len(steps)
    return Difference(
        rows, sum(base) / rows, sum(tuned) / rows, sum(steps) / rows, bootstrap_mean(steps), higher_is_better
    )


@dataclass(frozen=True)
class Against:
    """The tuned model against one other candidate by one measure. tuned, other: means; wins, losses, ties: rows on
    which the tuned model's value is the better, the worse, the same. p: of the exact McNemar test, None where the
    measure is no share; the paired bootstrap judges then."""

    name: str
    measure: str
    rows: int
    tuned: float
    other: float
    wins: int
    losses: int
    ties: int
    p: float | None
    evidence: Evidence

    @property
    def as_good(self) -> bool:
        """The other does as well or better, as far as these rows show."""
        return self.evidence != "better" and self.wins <= self.losses


def against(name: str, tuned: Measure, other: Measure) -> Against:
    """Compares two candidates by the same measure of the same rows; at least one row that it applies to."""
    pairs = [(t, o) for t, o in zip(tuned.values, other.values, strict=True) if t is not None and o is not None]
    steps = [(t - o) if tuned.higher_is_better else (o - t) for t, o in pairs]
    wins, losses = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    if tuned.share:
        p = mcnemar(wins, losses)
        evidence: Evidence = "none" if p >= ALPHA else "better" if wins > losses else "worse"
    else:
        p = None
        evidence = difference([0.0] * len(steps), steps, higher_is_better=True).evidence
    mean_tuned, mean_other = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
    return Against(
        name, tuned.name, len(pairs), mean_tuned, mean_other, wins, losses, len(pairs) - wins - losses, p, evidence
    )


def rows_for_difference(found: Difference, most: int = 100_000) -> int | None:
    """How many rows would settle a difference of means if further rows are like these: an interval narrows with the
    square root of the rows. None where the difference is next to nothing."""
    middle, half = found.mean, (found.interval[1] - found.interval[0]) / 2
    if abs(middle) * math.sqrt(most / found.rows) <= half:
        return None
    return max(found.rows + 1, MIN_PAIRS, math.ceil(found.rows * (half / abs(middle)) ** 2))


def rows_for_evidence(found: Matches, most: int = 100_000) -> int | None:
    """How many test rows would settle it if further rows split as these do; None when they split evenly."""
    if found.gained == found.lost:
        return None
    for rows in range(found.rows + 1, most):
        gained = round(found.gained * rows / found.rows)
        lost = round(found.lost * rows / found.rows)
        if mcnemar(gained, lost) < ALPHA:
            return rows
    return None
