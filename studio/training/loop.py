"""The training loop: steps, checks on validation rows, checkpoints, and the end, whichever it is.

Knows rows of token ids, a lesson that turns them into a loss, and the job's journal. What a row is, how the model is
prepared and what a checkpoint holds is not decided here.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

import torch

from studio.errors import JobError
from studio.jobs import control
from studio.jobs.events import Checkpoint, Note, State, Step, Validation
from studio.jobs.journal import Journal
from studio.methods.base import Group
from studio.methods.training_options import TrainingOptions
from studio.models import checkpoint
from studio.training import machine
from studio.training.batching import Course, fill
from studio.training.lesson import Found, Lesson, Row, Tokens
from studio.training.schedule import rate_factor

CLIP = 1.0
STEPS_PER_EPOCH = 8
"""At least, where there are so many rows."""
BETAS = (0.9, 0.99)
SECONDS_BETWEEN_STEP_EVENTS = 0.1


@dataclass(frozen=True)
class Best:
    """The lowest validation loss of the trained model, and the step it was measured after."""

    step: int
    loss: float


class Loop(Generic[Row]):
    """One training. After run(): `step`, `tokens`, `seconds` (of the steps alone), `best` (None when no step was
    taken), `base_loss` (validation loss before the first step)."""

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        lesson: Lesson[Row],
        rows: Sequence[Row],
        validation: Sequence[Row],
        options: TrainingOptions,
        groups: Sequence[Group],
        save: Callable[[Path], None],
    ) -> None:
        """groups: the weights to train. save(folder) writes them; it is called for each checkpoint."""
        self._folder, self._journal, self._lesson, self._save = folder, journal, lesson, save
        self._rows, self._options = rows, options
        self.course = course(rows, options)
        held = fill([len(row.ids) for row in validation], options.tokens_per_step)
        self._validation = [[validation[index] for index in batch] for batch in held]
        self._weights = [weight for group in groups for weight in group.weights]
        self._optimizer = torch.optim.AdamW(
            [{"params": group.weights, "scale": group.scale} for group in groups],
            lr=options.learning_rate,
            betas=BETAS,
            weight_decay=options.weight_decay,
            fused=True,
        )
        self.step, self.tokens, self.seconds = 0, 0, 0.0
        self.best: Best | None = None
        self.base_loss = math.nan
        self._kept_step = 0
        self._worse = 0
        self._check_seconds = 0.0
        self._last_event = -math.inf

    def run(self) -> bool:
        """Trains to the end (True) or until a stop is asked for (False); then the state reached is kept as well.

        JobError when a loss is no longer a number; the checkpoints made before stay.
        """
        began = time.perf_counter()
        found = self._measured()
        self.base_loss = found.loss
        self._check_seconds = time.perf_counter() - began
        self._journal.append(_validation(0, 0.0, found, best=False))
        for batch in self._batches():
            if control.requested(self._folder) == "stop":
                self._journal.append(State("stopping"))
                if self._kept_step < self.step:
                    self._check()
                return False
            self._take_step(batch)
            if self.step in self.course.evaluations:
                self._check()
                if self._patience_ends():
                    return True
        return True

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0

    def _batches(self) -> Iterator[list[Row]]:
        for epoch in range(self._options.epochs):
            for batch in self.course.batches(epoch):
                yield [self._rows[index] for index in batch]

    def _take_step(self, batch: list[Row]) -> None:
        began = time.perf_counter()
        rate = self._options.learning_rate * rate_factor(
            self.step + 1, self.course.steps, self._options.warmup, self._options.schedule
        )
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        self._lesson.model.train()
        loss = self._lesson.loss(batch)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._weights, CLIP)
        value = loss.item()
        if not (math.isfinite(value) and math.isfinite(norm.item())):
            raise _diverged(self.step + 1)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += sum(len(row.ids) for row in batch)
        self.seconds += time.perf_counter() - began
        self._tell(value, rate)

    def _tell(self, loss: float, rate: float) -> None:
        now = time.perf_counter()
        at_an_end = self.step in (1, self.course.steps)
        if not at_an_end and now - self._last_event < SECONDS_BETWEEN_STEP_EVENTS:
            return
        self._last_event = now
        self._journal.append(
            Step(
                step=self.step,
                epoch=self._epoch,
                loss=loss,
                learning_rate=rate,
                tokens=self.tokens,
                tokens_per_second=self.tokens_per_second,
                seconds=self.seconds,
                seconds_left=self._seconds_left(),
                memory_bytes=machine.memory_bytes(),
            )
        )

    @property
    def _epoch(self) -> float:
        return self.step / self.course.steps_per_epoch

    def _seconds_left(self) -> float:
        checks = sum(step >= self.step for step in self.course.evaluations)
        return (self.course.steps - self.step) * self.seconds / self.step + checks * self._check_seconds

    def _check(self) -> None:
        """Measures the validation loss and keeps a checkpoint when it is the best, or the last."""
        began = time.perf_counter()
        found = self._measured()
        self._check_seconds = time.perf_counter() - began
        best = self.best is None or found.loss < self.best.loss
        if best:
            self.best = Best(self.step, found.loss)
        self._worse = 0 if best else self._worse + 1
        self._journal.append(_validation(self.step, self._epoch, found, best))
        ending = self.step == self.course.steps or control.requested(self._folder) == "stop"
        if best or ending:
            path = checkpoint.write(self._folder, self.step, found.loss, self._save)
            self._kept_step = self.step
            self._journal.append(Checkpoint(self.step, path.relative_to(self._folder).as_posix(), best))
            assert self.best is not None
            checkpoint.thin(self._folder, keep={self.best.step, self.step})

    def _patience_ends(self) -> bool:
        """Whether to end here, because too many checks in a row found nothing better."""
        if not self._options.patience or self._worse < self._options.patience or self.step == self.course.steps:
            return False
        assert self.best is not None
        text = f"Ended early: {self._worse} checks in a row were no better than that of step {self.best.step}."
        self._journal.append(Note(text))
        return True

    def _measured(self) -> Found:
        with _evaluating(self._lesson.model):
            found = self._lesson.check(self._validation)
        if not math.isfinite(found.loss):
            raise _diverged(self.step)
        return found


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


def _validation(step: int, epoch: float, found: Found, best: bool) -> Validation:
    return Validation(step, epoch, found.loss, best, found.right, found.of, found.macro_f1, found.margin)


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    model.eval()
    with torch.inference_mode():
        yield


def _diverged(step: int) -> JobError:
    if step == 0:
        return JobError(
            "The loss of the base model on these examples is not a number.",
            "Choose another base model; the weights of this one may be damaged.",
        )
    return JobError(
        f"The loss is no longer a number at step {step}, because the steps were too large.",
        "Lower the learning rate and train again; the checkpoints made before this are kept.",
    )
