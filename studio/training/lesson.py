"""What a training teaches: how a batch becomes the loss that a step lessens, and what a check on validation rows finds.

One lesson for written answers (here), one for labels (labels.py). The loop knows no more of rows than their length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from torch import Tensor

from studio.models.loss import Scorer, targets
from studio.models.pieces import Encoded


class Tokens(Protocol):
    @property
    def ids(self) -> list[int]: ...


Row = TypeVar("Row", bound=Tokens)
Row_contra = TypeVar("Row_contra", bound=Tokens, contravariant=True)


@dataclass(frozen=True)
class Found:
    """What a check found on the validation rows. loss: mean in nats (per trained token, or per row with labels).

    right, of: rows told right, for labels and for pairs; macro_f1: for labels alone; margin: for pairs alone, by how
    much the better answer gained on the worse (mean, nats times beta). None otherwise.
    """

    loss: float
    right: int | None = None
    of: int | None = None
    macro_f1: float | None = None
    margin: float | None = None


class Lesson(Protocol[Row_contra]):
    """model: the torch module being trained; the loop switches it between training and evaluation."""

    model: Any

    def loss(self, rows: Sequence[Row_contra]) -> Tensor:
        """The scalar that a step on these rows lessens: a mean over what `weight` counts."""
        ...

    def weight(self, rows: Sequence[Row_contra]) -> int:
        """How much these rows count in the loss of a step beside others."""
        ...

    def check(self, batches: Iterable[Sequence[Row_contra]]) -> Found:
        """All validation rows, in evaluation mode and without gradients."""
        ...


class Writing:
    """Cross entropy of the answers' tokens; every trained token counts the same."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self._scorer = Scorer(model)

    def loss(self, rows: Sequence[Encoded]) -> Tensor:
        return self._scorer.losses(rows).mean()

    def weight(self, rows: Sequence[Encoded]) -> int:
        return sum(targets(row) for row in rows)

    def check(self, batches: Iterable[Sequence[Encoded]]) -> Found:
        total, count = 0.0, 0
        for batch in batches:
            total += self._scorer.losses(batch).double().sum().item()
            count += sum(targets(row) for row in batch)
        return Found(total / count)
