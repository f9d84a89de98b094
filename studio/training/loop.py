"""The training loop: steps, checks on validation rows, checkpoints, and the end, whichever it is.

Knows rows of token ids, a lesson that turns them into a loss, and the job's journal. What a row is, how the model is
prepared and what a checkpoint holds is not decided here.
"""

import functools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic

from studio.jobs import control
from studio.jobs.events import State
from studio.jobs.journal import Journal
from studio.jobs.state import JobState
from studio.methods.base import Group
from studio.methods.needs import Moments
from studio.methods.training_options import TrainingOptions
from studio.models import checkpoint
from studio.training import standing
from studio.training.batching import course, held_batches
from studio.training.lesson import Lesson, Row
from studio.training.place import ALONE, ENDS, Best, End, Place, Told
from studio.training.preparing import Save
from studio.training.schedule import rate_factor
from studio.training.sparing import Sparing
from studio.training.stepping import Stepper
from studio.training.team import Team
from studio.training.telling import Telling

READING_SHARE = 10
"""The model answers its prompts at a check when training has taken so many times longer than answering last took."""
STANDING_SHARE = 20
"""Where it stands is written at a check when training has taken so many times longer than writing it last took."""


class Loop(Generic[Row]):
    """One training. After run(): `step`, `tokens`, `seconds` (of the steps alone), `best` (None when no step was
    taken), `base_loss` (validation loss before the first step).

    What the journal already tells of this job, up to where an earlier process came, is not told again: on one processor
    with as many threads the steps that are taken anew are the same to the last bit.
    """

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        lesson: Lesson[Row],
        rows: Sequence[Row],
        validation: Sequence[Row],
        options: TrainingOptions,
        groups: Sequence[Group],
        save: Save,
        place: Place = ALONE,
        before: JobState | None = None,
        read: Callable[[], list[dict[str, str]]] | None = None,
        team: Team | None = None,
        moments: Moments = "whole",
    ) -> None:
        """groups: the weights to train. save writes them; it is called for each checkpoint. before: what the journal
        tells of an earlier process that did not come to the end. read(): what the model answers by now. team: who
        shares the steps. moments: how the optimiser keeps its own."""
        self.place, self._read = place, read
        self._say = Telling(journal, Told.of(before, place.trial), place.trial)
        self._folder, self._journal, self._save, self._moments = folder, journal, save, moments
        self._rows, self._options = rows, options
        self.course = course(rows, options)
        self._validation = held_batches(validation, options)
        self._team = team or Team()
        self._stepper = Stepper(lesson, groups, options, self._team, moments, self.course.steps, self._say.note)
        self.step, self.tokens, self.seconds = 0, 0, 0.0
        self.best: Best | None = None
        self.base_loss = math.nan
        self._kept_step = 0
        self._worse = 0
        self._check_seconds = 0.0
        self._reading, self._standing = Sparing(READING_SHARE), Sparing(STANDING_SHARE)
        self._stood = 0

    def run(self) -> End:
        """Trains to the end, or until something else is asked for: to stop, which keeps the state reached as well, to
        pause, or to cancel. Goes on where the job's folder says an earlier process stood.

        DivergedError when a loss is no longer a number or has exploded; the checkpoints made before stay.
        """
        if not self._go_on():
            self._begin()
        self._team.draw_apart(self._options.seed + self.step)
        for batch in self._batches():
            if (end := ENDS.get(self._asked())) is not None:
                return self._end(end)
            self._take_step(batch)
            if self.step in self.course.evaluations:
                self._check()
                if self._patience_ends():
                    break
                self._stand()
        return "finished"

    def _asked(self) -> str | None:
        """What was asked of the job, the same in all its processes."""
        asked: str | None = self._team.agree(control.requested(self._folder))
        return asked

    def _begin(self) -> None:
        began = time.perf_counter()
        found = self._stepper.check(self._validation, self.step, self.base_loss)
        self.base_loss = found.loss
        self._check_seconds = time.perf_counter() - began
        self._say.check(self._at, self._epoch, found, best=False)
        self._answer(always=True)

    def _go_on(self) -> bool:
        """Takes up where an earlier process stood; False where none did."""
        found = standing.read(self._folder, self._stepper.optimizer, self.place.trial)
        self._team.wait()
        if found is None:
            # of an earlier trial
            self._team.first(lambda: standing.forget(self._folder))
            return False
        self.step, self.tokens, self.seconds, self.base_loss = found.step, found.tokens, found.seconds, found.base_loss
        self._worse, self._kept_step, self._check_seconds = found.worse, found.kept, found.check_seconds
        self._stood = found.step
        self._standing.done(found.seconds)
        self.best = Best(*found.best) if found.best else None
        if self.best and self._leads() and self.best.step not in {item.step for item in checkpoint.kept(self._folder)}:
            lost = f"The checkpoint of step {self.best.step} is damaged; the next check counts as the best."
            self.best = None
            self._say.note(lost)
        self._say.note(f"Goes on after step {self._at}.")
        return True

    def _stand(self, always: bool = False) -> None:
        """Writes where the training stands, unless that would take more than a small share of its time."""
        if self._stood == self.step or not self._team.agree(always or self._standing.due(self.seconds)):
            return
        counters = standing.Counters(
            step=self.step,
            tokens=self.tokens,
            seconds=self.seconds,
            base_loss=self.base_loss,
            best=(self.best.step, self.best.loss) if self.best else None,
            worse=self._worse,
            kept=self._kept_step,
            check_seconds=self._check_seconds,
            trial=self.place.trial,
            moments=self._moments,
        )
        write = functools.partial(standing.write, self._folder, self._stepper.optimizer, counters, self._team.main)
        self._standing.do(lambda: self._team.first_of_parts(write), self.seconds)
        self._stood = self.step

    def _end(self, end: End) -> End:
        if end == "paused":
            self._stand(always=True)
        elif end == "stopped":
            self._journal.append(State("stopping"))
            if self._kept_step < self.step:
                self._check()
        return end

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0

    def _batches(self) -> Iterator[list[Row]]:
        """Of the steps that are left."""
        for epoch in range(self.step // self.course.steps_per_epoch, self._options.epochs):
            done = self.step - epoch * self.course.steps_per_epoch
            for batch in self.course.batches(epoch)[done:]:
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
        at_an_end = self.step in (1, self.course.steps)
        self._say.step(
            self._at, self._epoch, value, rate, self.tokens, self.seconds, self._seconds_left(), end=at_an_end
        )

    @property
    def _epoch(self) -> float:
        return self.step / self.course.steps_per_epoch

    @property
    def _at(self) -> int:
        """The step as the job counts."""
        return self.place.before + self.step

    def _seconds_left(self) -> float:
        checks = sum(step >= self.step for step in self.course.evaluations)
        steps = self.course.steps - self.step + self.place.after
        return steps * self.seconds / self.step + checks * self._check_seconds

    def _check(self) -> None:
        """Measures the validation loss and keeps a checkpoint when it is the best, or the last."""
        began = time.perf_counter()
        found = self._stepper.check(self._validation, self.step, self.base_loss)
        self._check_seconds = time.perf_counter() - began
        better = self.best is None or found.loss < self.best.loss
        if better:
            self.best = Best(self._at, found.loss)
        self._worse = 0 if better else self._worse + 1
        assert self.best is not None
        leader = self.best if self._leads() or self.place.best is None else self.place.best
        best = better and leader is self.best
        self._say.check(self._at, self._epoch, found, best)
        self._answer(always=self.step == self.course.steps)
        ending = self.step == self.course.steps or self._asked() == "stop"
        if best or (ending and not self.place.trial):
            save = functools.partial(self._save, state=self._stepper.state())
            self._team.first(lambda: self._keep(found.loss, best, leader, save))
        self._kept_step = self.step

    def _leads(self) -> bool:
        """Whether the best state is better than those of earlier trials."""
        earlier = self.place.best
        return self.best is not None and (earlier is None or self.best.loss < earlier.loss)

    def _keep(self, loss: float, best: bool, leader: Best, save: Callable[[Path], None]) -> None:
        """Writes a checkpoint and removes those that are of no use any more."""
        path = checkpoint.write(self._folder, self._at, loss, save)
        self._say.kept(self._at, self._folder, path, best)
        checkpoint.thin(self._folder, keep={leader.step, self._at})

    def _answer(self, always: bool) -> None:
        """Lets the model answer the prompts it is watched by, unless that takes more than a small share of the time."""
        if self._read is None or self.place.trial:
            return
        if always or self._team.agree(self._reading.due(self.seconds)):
            read = self._read
            self._reading.do(lambda: self._say.answers(self._at, self._stepper.quietly(read) or []), self.seconds)

    def _patience_ends(self) -> bool:
        """Whether to end here, because too many checks in a row found nothing better."""
        if not self._options.patience or self._worse < self._options.patience or self.step == self.course.steps:
            return False
        assert self.best is not None
        better = f"no better than that of step {self.best.step}, which you get"
        self._say.note(f"Ended early: {self._worse} checks in a row were {better}.")
        return True
