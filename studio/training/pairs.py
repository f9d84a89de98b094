"""Teaching preferences: rows of two answers to one prompt, and the loss that parts them.

Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290), with a share of the ordinary loss on the better
answer (Pang et al. 2024, arXiv 2404.19733), which keeps it from growing unlikely together with the worse one. What the
frozen base model makes of each answer is taken once, before the first step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from studio.data.values import Example, Message
from studio.errors import DataError
from studio.methods.base import Method
from studio.models import ModelInfo, loading
from studio.models.loss import Scorer, targets
from studio.models.pieces import Encoded
from studio.training.batching import fill
from studio.training.lesson import Found
from studio.training.preparing import Prepared, built, examples, saving
from studio.training.rows import Rows, tokenise
from studio.training.team import SOLO, Team
from studio.training.tokens import Tokens, unkept


@dataclass(frozen=True)
class Pair:
    """Two answers to one prompt. base: the log likelihood of each under the base model, in nats."""

    better: Encoded
    worse: Encoded
    base: tuple[float, float] = (0.0, 0.0)

    @property
    def ids(self) -> list[int]:
        """Both rows, for what they cost; nothing reads them as one."""
        return self.better.ids + self.worse.ids


def preferred(
    info: ModelInfo,
    method: Method,
    options: Any,
    training: Sequence[Example],
    validation: Sequence[Example],
    kept: Tokens = unkept,
    us: Team = SOLO,
) -> Prepared:
    """For methods that teach preferences; DataError when no example has a worse answer. kept: where tokens may lie. us:
    the processes that train together."""
    limit = options.max_length or info.context
    tokenizer = loading.load_tokenizer(Path(info.path))
    how = {"limit": limit, "pairs": True}
    (rows, cut), (held, held_cut) = (
        _paired(kept(info, name, how, lambda part=part: _sides(tokenizer, part, limit)))  # type: ignore[misc]
        for name, part in (("training", training), ("validation", validation))
    )
    for part, name in ((rows, "training"), (held, "validation")):
        if not part:
            raise DataError(
                f"None of the {name} examples has a better and a worse answer.",
                "Add pairs of answers, or choose another method.",
            )
    model, spared, fitting = built(info, method, options, max(len(row.ids) for row in rows), us)
    lesson = us.ask(lambda: Preferring(model, options))
    cut_note = f"{examples(cut + held_cut)} longer than {limit:,} tokens lost the start of the prompt or of an answer."
    return Prepared(
        lesson=lesson,
        rows=us.ask(lambda: lesson.with_base(rows, options.tokens_per_step)),
        held=us.ask(lambda: lesson.with_base(held, options.tokens_per_step)),
        tokens=sum(len(row.ids) for row in rows),
        trained_tokens=sum(targets(row.better) + targets(row.worse) for row in rows),
        cut=cut,
        notes=(*((cut_note,) if cut + held_cut else ()), *fitting),
        save=saving(info, method, model),
        spared=spared,
    )


def _paired(sides: Rows) -> tuple[list[Pair], int]:
    """The pairs, and how many of them were cut."""
    found = zip(sides.rows[::2], sides.rows[1::2], strict=True)
    return [Pair(better, worse) for better, worse in found], sides.cut


def _sides(tokenizer: Any, part: Sequence[Example], limit: int) -> Rows:
    """The better and the worse answer in turns, of the examples that have both. cut: pairs that lost something."""
    rows: list[Encoded] = []
    cut = 0
    for example in part:
        if example.rejected:
            sides = [tokenise(tokenizer, [_ending(example, end)], limit) for end in _ends(example)]
            if all(side.rows for side in sides):
                rows += [side.rows[0] for side in sides]
                cut += any(side.cut + side.answers_cut for side in sides)
    return Rows(rows, cut)


def _ends(example: Example) -> tuple[Message, Message]:
    return example.messages[-1], example.rejected[-1]


def _ending(example: Example, end: Message) -> Example:
    """The conversation with this last answer, which alone is learned."""
    earlier = [replace(turn, weight=0) if turn.role == "assistant" else turn for turn in example.prompt]
    return replace(example, messages=(*earlier, replace(end, weight=None)))


class Preferring:
    """The loss of DPO: minus the log sigmoid of beta times how much more the better answer gained than the worse."""

    def __init__(self, model: Any, options: Any) -> None:
        """options: of the method preference."""
        self.model = model
        self._options = options
        self._scorer = Scorer(model)

    def with_base(self, pairs: Sequence[Pair], budget: int) -> list[Pair]:
        """The pairs with what the model as it is now makes of them: before the first step that is the base model."""
        self.model.eval()
        found = list(pairs)
        with torch.inference_mode():
            for batch in fill([len(pair.ids) for pair in pairs], budget):
                sides = self._likelihoods([pairs[place] for place in batch])
                for place, better, worse in zip(batch, *(side.tolist() for side in sides[:2]), strict=True):
                    found[place] = replace(pairs[place], base=(better, worse))
        return found

    def loss(self, rows: Sequence[Pair]) -> Tensor:
        margins, answers = self._margins(rows)
        return self._losses(margins, answers).mean()

    def weight(self, rows: Sequence[Pair]) -> int:
        return len(rows)

    def check(self, batches: Iterable[Sequence[Pair]]) -> Found:
        """right: pairs whose better answer gained more than the worse."""
        found = [self._margins(batch) for batch in batches]
        margins, answers = (torch.cat([one[side].double().cpu() for one in found]) for side in (0, 1))
        right = int((margins > 0).sum())
        return Found(float(self._losses(margins, answers).mean()), right, len(margins), margin=float(margins.mean()))

    def _losses(self, margins: Tensor, answers: Tensor) -> Tensor:
        return -logsigmoid(margins) + self._options.answer_weight * answers

    def _margins(self, rows: Sequence[Pair]) -> tuple[Tensor, Tensor]:
        """Both of shape (pairs,): beta times the gain, and the loss of the better answer in nats per token."""
        better, worse, tokens = self._likelihoods(rows)
        base = torch.tensor([row.base for row in rows], device=better.device)
        gain = (better - base[:, 0]) - (worse - base[:, 1])
        return self._options.beta * gain, -better / tokens

    def _likelihoods(self, rows: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
        """Log likelihoods of the better and the worse answers, and tokens of the better ones: each (pairs,)."""
        sides = [row.better for row in rows] + [row.worse for row in rows]
        counts = [targets(side) for side in sides]
        sums = torch.stack([piece.sum() for piece in self._scorer.losses(sides).split(counts)])
        better, worse = (-sums).split(len(rows))
        return better, worse, torch.tensor(counts[: len(rows)], device=better.device)
