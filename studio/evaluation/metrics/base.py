"""What a metric family is: rows of one candidate in, named measures with one value a row out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from studio.evaluation.intervals import Interval, bootstrap_mean, wilson


@dataclass(frozen=True)
class Graded:
    """One row as one candidate did it. loss: nats per token of the wanted answer, None where it is not known. labels,
    told: the wanted labels of a text to classify, and those the candidate told. shares: of a classifier, its likeliest
    labels with their probabilities. cut: the answer ended because there was no more room. preferred: how a judge liked
    the answer against the base model's (1 better, 0.5 as good, 0 worse), None without one. worse: like loss, of the
    answer that a preference row likes less."""

    wanted: str
    answer: str
    loss: float | None
    labels: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    cut: bool = False
    preferred: float | None = None
    worse: float | None = None


@dataclass(frozen=True)
class Measure:
    """One number of a scorecard: the mean of `values`, one a row; None where the measure does not apply to the row.

    share: the values are shares of rows (0 or 1 each), so that Wilson's interval applies. higher_is_better: None where
    neither is.
    """

    name: str
    values: tuple[float | None, ...]
    higher_is_better: bool | None
    share: bool

    @property
    def applicable(self) -> list[float]:
        return [value for value in self.values if value is not None]

    @property
    def mean(self) -> float:
        return sum(self.applicable) / len(self.applicable)

    @property
    def interval(self) -> Interval:
        """95 % interval of the mean over rows like these."""
        # Values that are all at an end of the scale vary as little as shares do, and a bootstrap sees nothing vary.
        if self.share or set(self.applicable) in ({0.0}, {1.0}):
            return wilson(round(sum(self.applicable)), len(self.applicable))
        return bootstrap_mean(self.applicable)


@dataclass(frozen=True)
class Score:
    """One number of a scorecard that is no mean over rows, with the interval its family measured."""

    name: str
    mean: float
    interval: Interval
    higher_is_better: bool | None


Measured = Measure | Score


class Metric(Protocol):
    """A family of measures. id: stable name; title and what: its lines on the page."""

    id: ClassVar[str]
    title: ClassVar[str]
    what: ClassVar[str]

    def measure(self, rows: Sequence[Graded]) -> Sequence[Measured]:
        """The family's measures for these rows (at least one); empty when it does not suit the wanted answers."""
        ...
