"""Loss on the wanted answers: how surprised a model is by them."""

import math
from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure, Measured, Score

MOST_NATS = 50.0


class Loss:
    """Cross-entropy of the last answer in nats per token, mean over rows; each row counts the same.

    perplexity is e to the loss: among how many tokens, about, the model wavers at each.

    Example: loss 0.69, perplexity 2 means that the model gives each token of the wanted answer a chance of one
    half, on average.
    """

    id: ClassVar[str] = "loss"
    title: ClassVar[str] = "Loss"
    what: ClassVar[str] = "How surprised the model is by the wanted answers; lower is better."

    def measure(self, rows: Sequence[Graded]) -> list[Measured]:
        if any(row.loss is None for row in rows):
            return []
        loss = Measure("loss", tuple(row.loss for row in rows), higher_is_better=False, share=False)
        low, high = (math.exp(min(MOST_NATS, end)) for end in loss.interval)
        perplexity = Score("perplexity", math.exp(min(MOST_NATS, loss.mean)), (low, high), higher_is_better=False)
        # Of a whole label the loss is no wavering between tokens.
        return [loss] if any(row.labels for row in rows) else [loss, perplexity]
