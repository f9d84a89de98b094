"""Loss of the last answer of each row, under any model of an engine. Evaluation jobs only: needs torch.

The one other place where losses are taken is training, through the same studio.models.loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from studio.data.values import Example
from studio.inference import greedy
from studio.inference.desk import Beginning, passed
from studio.inference.families import families
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
        # At least the token before the answer is each row's own: the answer's first token follows from it.
        prompts = [row.ids[: row.trained.index(True)] for row in self._rows]
        for family in families(prompts):
            with self._engine.using(model) as network:
                beginning = greedy.shared(network, [prompts[row] for row in family])
                scorer = Scorer(loaded.whole.get(model) or loaded.wrapped or loaded.network)
            for batch in self._batches(family, beginning.length):
                rows = [self._rows[number] for number in batch]
                with self._engine.using(model) as network:
                    losses = _behind(network, rows, beginning) if beginning.length else scorer.losses(rows)
                pieces = losses.split([targets(row) for row in rows])
                yield {number: float(piece.mean()) for number, piece in zip(batch, pieces, strict=True)}

    def _batches(self, family: Sequence[int], shared: int) -> Iterator[list[int]]:
        batch: list[int] = []
        for number in sorted(family, key=lambda n: -len(self._rows[n].ids)):
            if batch and (len(self._rows[batch[0]].ids) - shared) * (len(batch) + 1) > BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch


def _behind(network: Any, rows: Sequence[Encoded], beginning: Beginning) -> Any:
    """The losses of Scorer.losses for rows whose beginning was read before: only what is their own is read."""
    import torch
    from torch.nn.functional import cross_entropy

    from studio.inference.attention import Memory

    lengths = [len(row.ids) - beginning.length for row in rows]
    memory = Memory(len(rows), max(lengths), beginning.layers)
    memory.prepare([], list(enumerate(lengths)), network.device)
    ids = torch.tensor([token for row in rows for token in row.ids[beginning.length :]], device=network.device)
    places = [place for row in rows for place in range(beginning.length, len(row.ids))]
    trained = [one for row in rows for one in row.trained[beginning.length :]]
    wanted = [index for index, one in enumerate(trained) if one]
    logits = passed(network, memory, ids, places, [index - 1 for index in wanted])
    return cross_entropy(logits.float(), ids[wanted], reduction="none")


def last_answer(tokenizer: Any, example: Example, limit: int) -> Encoded:
    """The row with its last answer as the only target, whatever its weights; the start is cut at `limit` tokens."""
    earlier = [replace(turn, weight=0) if turn.role == "assistant" else turn for turn in example.prompt]
    row = encode(tokenizer, (*earlier, replace(example.messages[-1], weight=None)))
    end = max(index + 1 for index, trained in enumerate(row.trained) if trained)
    return Encoded(row.ids[:end][-limit:], row.trained[:end][-limit:])
