"""Exact match: the share of answers that are the wanted one, character by character."""

from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure


def is_exact(answer: str, wanted: str) -> bool:
    """Equal but for white space at both ends, which chat templates trim."""
    return answer.strip() == wanted.strip()


class ExactMatch:
    """Strict: upper and lower case, punctuation and inner spaces count.

    Example: wanted `refund`, answered `Refund` is no match.
    """

    id: ClassVar[str] = "exact_match"
    title: ClassVar[str] = "Exact match"
    what: ClassVar[str] = "The share of answers that equal the wanted answer, character by character."

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        values = tuple(float(is_exact(row.answer, row.wanted)) for row in rows)
        return [Measure("exact_match", values, higher_is_better=True, share=True)]
