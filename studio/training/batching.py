"""Which rows go into which step: rows of similar length together, each batch filled to a number of tokens.

Sorting by length leaves little padding; the order of the batches, and which of equally long rows meet, is drawn anew
for each epoch from the seed.
"""

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from studio.methods.training_options import TrainingOptions
from studio.training.lesson import Row, Tokens

STEPS_PER_EPOCH = 8
"""At least, where there are so many rows."""


def fill(lengths: Sequence[int], budget: int, order: Sequence[int] | None = None) -> list[list[int]]:
    """Batches of row numbers, shortest rows first. Rows times longest row stays within `budget` tokens, padding
    included; a row longer than that is a batch of its own. order: in which equally long rows are taken."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)) if order is None else order, key=lambda index: lengths[index]):
        if batches and (len(batches[-1]) + 1) * lengths[row] <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


@dataclass(frozen=True)
class Course:
    """The steps of a whole training. lengths: tokens of each row."""

    lengths: tuple[int, ...]
    budget: int
    epochs: int
    evaluations_per_epoch: int
    seed: int

    def batches(self, epoch: int) -> list[list[int]]:
        """The batches of an epoch (counted from 0), in the order of its steps; the same at every call."""
        draw = random.Random(f"{self.seed}/{epoch}")
        order = list(range(len(self.lengths)))
        draw.shuffle(order)
        batches = fill(self.lengths, self.budget, order)
        draw.shuffle(batches)
        return batches

    @functools.cached_property
    def steps_per_epoch(self) -> int:
        # how many batches there are depends on the sorted lengths alone, not on which of equals comes first
        return len(fill(self.lengths, self.budget))

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @functools.cached_property
    def evaluations(self) -> frozenset[int]:
        """After which steps (counted from 1) the validation loss is measured; the last step is among them."""
        share = self.steps_per_epoch / self.evaluations_per_epoch
        wanted = range(1, self.epochs * self.evaluations_per_epoch + 1)
        return frozenset(max(1, round(share * number)) for number in wanted) | {self.steps}


def course(rows: Sequence[Tokens], options: TrainingOptions) -> Course:
    """The steps that these rows make under these options.

    With few rows the batches are smaller than asked for: six large steps in six epochs would teach nothing.
    """
    lengths = tuple(len(row.ids) for row in rows)
    return Course(
        lengths,
        min(options.tokens_per_step, sum(lengths) // STEPS_PER_EPOCH),
        options.epochs,
        options.evaluations_per_epoch,
        options.seed,
    )


def held_batches(rows: Sequence[Row], options: TrainingOptions) -> list[list[Row]]:
    """The validation rows as a check reads them."""
    return [[rows[index] for index in batch] for batch in fill([len(row.ids) for row in rows], options.tokens_per_step)]
