"""Loss on the wanted answers: how surprised a model is by them."""

from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure


class Loss:
    """Cross-entropy of the last answer in nats per token, mean over rows; each row counts the same.

    Example: 0.69 means that the model gives each token of the wanted answer a chance of one half, on average.
    """

    id: ClassVar[str] = "loss"
    title: ClassVar[str] = "Loss"
    what: ClassVar[str] = "How surprised the model is by the wanted answers; lower is better."

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        if any(row.loss is None for row in rows):
            return []
        return [Measure("loss", tuple(row.loss for row in rows), higher_is_better=False, share=False)]
