"""Loss of the last answer of each row, under any model of an engine. Evaluation jobs only: needs torch.

The one other place where losses are taken is training, through the same studio.models.loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from studio.data.values import Example
from studio.inference.generate import Engine
from studio.models.loss import Scorer, targets
from studio.models.template import Encoded, encode

BATCH_TOKENS = 4096


class Losses:
    """The rows as tokens, ready to be scored."""

    def __init__(self, engine: Engine, examples: Sequence[Example]) -> None:
        self._engine = engine
        self._rows = [last_answer(engine.loaded.tokenizer, one, engine.loaded.context) for one in examples]

    def batches(self, model: str) -> Iterator[dict[int, float]]:
        """Batch by batch: position of the row -> mean loss of its answer in nats per token."""
        loaded = self._engine.loaded
        with self._engine.using(model):
            scorer = Scorer(loaded.whole.get(model) or loaded.wrapped or loaded.network)
        for batch in self._batches():
            rows = [self._rows[number] for number in batch]
            with self._engine.using(model):
                losses = scorer.losses(rows)
            pieces = losses.split([targets(row) for row in rows])
            yield {number: float(piece.mean()) for number, piece in zip(batch, pieces, strict=True)}

    def _batches(self) -> Iterator[list[int]]:
        batch: list[int] = []
        for number in sorted(range(len(self._rows)), key=lambda n: -len(self._rows[n].ids)):
            if batch and len(self._rows[batch[0]].ids) * (len(batch) + 1) > BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch


def last_answer(tokenizer: Any, example: Example, limit: int) -> Encoded:
    """The row with its last answer as the only target, whatever its weights; the start is cut at `limit` tokens."""
    earlier = [replace(turn, weight=0) if turn.role == "assistant" else turn for turn in example.prompt]
    row = encode(tokenizer, (*earlier, replace(example.messages[-1], weight=None)))
    end = max(index + 1 for index, trained in enumerate(row.trained) if trained)
    return Encoded(row.ids[:end][-limit:], row.trained[:end][-limit:])
