"""The training loop: steps, checks on validation rows, checkpoints, and the end, whichever it is.

Knows rows of token ids, a lesson that turns them into a loss, and the job's journal. What a row is, how the model is
prepared and what a checkpoint holds is not decided here.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic

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
from studio.training.stepping import Stepper

STEPS_PER_EPOCH = 8
"""At least, where there are so many rows."""
SECONDS_BETWEEN_STEP_EVENTS = 0.1


@dataclass(frozen=True)
class Best:
    """The lowest validation loss of the trained model, and the step it was measured after."""

    step: int
    loss: float


@dataclass(frozen=True)
class Place:
    """Where a training stands among the trials of one job. trial: counted from 1, 0 where it is the only one. before,
    after: steps of the trials before it and, at most, of those to come. best: of the trials before it."""

    trial: int = 0
    before: int = 0
    after: int = 0
    best: Best | None = None


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
        place: Place = Place(),
    ) -> None:
        """groups: the weights to train. save(folder) writes them; it is called for each checkpoint."""
        self._place = place
        self._folder, self._journal, self._save = folder, journal, save
        self._rows, self._options = rows, options
        self.course = course(rows, options)
        self._validation = held_batches(validation, options)
        self._stepper = Stepper(lesson, groups, options)
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
        self._tell_check(found, best=False)
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
        value = self._stepper.step(batch, rate, self.step + 1)
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
                step=self._at,
                epoch=self._epoch,
                loss=loss,
                learning_rate=rate,
                tokens=self.tokens,
                tokens_per_second=self.tokens_per_second,
                seconds=self.seconds,
                seconds_left=self._seconds_left(),
                memory_bytes=machine.memory_bytes(),
                trial=self._place.trial,
            )
        )

    @property
    def _epoch(self) -> float:
        return self.step / self.course.steps_per_epoch

    @property
    def _at(self) -> int:
        """The step as the job counts."""
        return self._place.before + self.step

    def _seconds_left(self) -> float:
        checks = sum(step >= self.step for step in self.course.evaluations)
        steps = self.course.steps - self.step + self._place.after
        return steps * self.seconds / self.step + checks * self._check_seconds

    def _check(self) -> None:
        """Measures the validation loss and keeps a checkpoint when it is the best, or the last."""
        began = time.perf_counter()
        found = self._measured()
        self._check_seconds = time.perf_counter() - began
        better = self.best is None or found.loss < self.best.loss
        if better:
            self.best = Best(self._at, found.loss)
        self._worse = 0 if better else self._worse + 1
        assert self.best is not None
        earlier = self._place.best
        leader = self.best if earlier is None or self.best.loss < earlier.loss else earlier
        best = better and leader is self.best
        self._tell_check(found, best)
        ending = self.step == self.course.steps or control.requested(self._folder) == "stop"
        if best or (ending and not self._place.trial):
            path = checkpoint.write(self._folder, self._at, found.loss, self._save)
            self._journal.append(Checkpoint(self._at, path.relative_to(self._folder).as_posix(), best))
            checkpoint.thin(self._folder, keep={leader.step, self._at})
        self._kept_step = self.step

    def _tell_check(self, found: Found, best: bool) -> None:
        self._journal.append(Validation(self._at, self._epoch, best=best, trial=self._place.trial, **asdict(found)))

    def _patience_ends(self) -> bool:
        """Whether to end here, because too many checks in a row found nothing better."""
        if not self._options.patience or self._worse < self._options.patience or self.step == self.course.steps:
            return False
        assert self.best is not None
        text = f"Ended early: {self._worse} checks in a row were no better than that of step {self.best.step}."
        self._journal.append(Note(text))
        return True

    def _measured(self) -> Found:
        return self._stepper.check(self._validation, self.step)


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
