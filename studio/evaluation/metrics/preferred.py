"""What a judge preferred: a language model that read both answers, in both orders."""

from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure


class Preferred:
    """judge: mean over rows of 1 where a judge prefers the answer to the base model's, 0.5 where they are as good (or
    it changes its mind with the order), 0 where it prefers the base model's.

    Example: of four rows one is preferred, three are as good: judge 0.625.
    """

    id: ClassVar[str] = "judge"
    title: ClassVar[str] = "Preferred by the judge"
    what: ClassVar[str] = (
        "How often a language model that judges prefers the answer to the base model's; one half is a tie."
    )

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        values = tuple(row.preferred for row in rows)
        if all(value is None for value in values):
            return []
        return [Measure("judge", values, higher_is_better=True, share=False)]
