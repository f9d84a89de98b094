"""Pairs of answers: how often a model finds the better one likelier than the worse one."""

from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure


class Pairs:
    """prefers: share of pairs of which the model gives the better answer the higher likelihood a token. By the token,
    because a longer answer is always less likely as a whole. It is what the field calls reward accuracy, taken in the
    same way of the base model.

    Example: the better answer has a loss of 0.7 nats per token, the worse one of 1.2: this pair counts.
    """

    id: ClassVar[str] = "pairs"
    title: ClassVar[str] = "Prefers the better answer"
    what: ClassVar[str] = "How often the model finds the better answer of a pair likelier than the worse one."

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        values = tuple(None if row.loss is None or row.worse is None else float(row.loss < row.worse) for row in rows)
        if not rows or None in values:
            return []
        return [Measure("prefers", values, higher_is_better=True, share=True)]
