"""One step of training and one check, with the optimiser between them. When to do which is not decided here."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Generic, TypeVar

import torch

from studio.errors import DivergedError
from studio.methods.base import Group
from studio.methods.needs import Moments
from studio.methods.training_options import TrainingOptions
from studio.training import compiling, optimizing, shards
from studio.training.compiling import Compiling
from studio.training.lesson import Found, Lesson, Row
from studio.training.team import Team

Given = TypeVar("Given")
CLIP = 1.0
EXPLODED = 3.0
"""Times the base model's validation loss and one nat more: where only a broken training comes to."""


class Stepper(Generic[Row]):
    """A lesson and AdamW over the weights that learn (`optimizer`)."""

    def __init__(
        self,
        lesson: Lesson[Row],
        groups: Sequence[Group],
        options: TrainingOptions,
        team: Team | None = None,
        moments: Moments = "whole",
        steps: int = 0,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """team: who shares each step, None where nobody does. moments: how the optimiser keeps its own. steps: of the
        whole training, 0 for a few that are thrown away. say(text): tells the user."""
        self._lesson, self._team = lesson, team or Team()
        self._weights = [weight for group in groups for weight in group.weights]
        self.optimizer = optimizing.made(lesson.model, groups, options, moments)
        suits = steps > 0 and compiling.here(lesson.model.device.type, self._team.count)
        self._compiling = Compiling(lesson.model, suits, steps, say)

    def step(self, batch: Sequence[Row], rate: float, number: int) -> float:
        """Changes the weights once and returns the loss before it; DivergedError naming step `number` if it is none."""
        began = time.perf_counter()
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        self._lesson.model.train()
        loss = self._learned(batch)
        norm = shards.number(torch.nn.utils.clip_grad_norm_(self._weights, CLIP))
        value = self._team.value(loss)
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise _diverged(number)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._compiling.took(sum(len(row.ids) for row in batch), time.perf_counter() - began, number)
        return value

    def _learned(self, batch: Sequence[Row]) -> torch.Tensor:
        """The loss, whose gradients are there."""
        try:
            loss = self._team.loss(self._lesson, batch)
            loss.backward()
            return loss
        except Exception as error:
            if not self._compiling.failed(error):
                raise
        # what the error held is free by now
        self.optimizer.zero_grad(set_to_none=True)
        loss = self._team.loss(self._lesson, batch)
        loss.backward()
        return loss

    def state(self) -> dict[str, torch.Tensor] | None:
        """The state dict that a checkpoint is written from; None where the model itself has it."""
        return self._team.state(self._lesson.model)

    def check(self, batches: Sequence[Sequence[Row]], number: int, base_loss: float = math.nan) -> Found:
        """What a check after step `number` finds; DivergedError when the loss is no number, or has exploded from the
        base model's."""
        with self._compiling.off(), _evaluating(self._lesson.model):
            measured = self._team.ask_first(lambda: asdict(self._lesson.check(batches)))
        found = Found(**self._team.agree(measured))
        if not math.isfinite(found.loss):
            raise _diverged(number)
        if number and found.loss > EXPLODED * (base_loss + 1):
            raise DivergedError(
                f"The loss on validation examples exploded to {found.loss:.1f} by step {number}: the steps were too "
                "large.",
                "Lower the learning rate and train again; the checkpoints made before this are kept.",
            )
        return found

    def quietly(self, do: Callable[[], Given]) -> Given | None:
        """What `do` gives, which lets the model write while nothing is learned; None in all processes but the first."""
        with self._compiling.off(), _evaluating(self._lesson.model):
            return self._team.write(self._lesson.model, do)


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    model.eval()
    with torch.inference_mode():
        yield


def _diverged(step: int) -> DivergedError:
    if step == 0:
        return DivergedError(
            "The loss of the base model on these examples is not a number.",
            "Choose another base model; the weights of this one may be damaged.",
        )
    return DivergedError(
        f"The loss is no longer a number at step {step}, because the steps were too large.",
        "Lower the learning rate and train again; the checkpoints made before this are kept.",
    )
