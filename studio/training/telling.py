"""What a training says in its job's journal, and when: steps not too often, nothing twice."""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from studio.jobs.events import Answers, Checkpoint, Note, Step, Validation
from studio.jobs.journal import Journal
from studio.training import machine
from studio.training.lesson import Found
from studio.training.place import Told

SECONDS_BETWEEN_STEP_EVENTS = 0.1


class Telling:
    """told: what the journal already tells; up to there an earlier process came. trial: which one of a search, or 0."""

    def __init__(self, journal: Journal, told: Told, trial: int) -> None:
        self._journal, self._told, self._trial = journal, told, trial
        self._last_step = -math.inf

    def note(self, text: str) -> None:
        self._journal.append(Note(text))

    def step(
        self, step: int, epoch: float, loss: float, rate: float, tokens: int, seconds: float, left: float, end: bool
    ) -> None:
        """One step; most are passed over where they follow each other quickly. end: of the first and the last."""
        now = time.perf_counter()
        soon = not end and now - self._last_step < SECONDS_BETWEEN_STEP_EVENTS
        if soon or step <= self._told.step:
            return
        self._last_step = now
        self._journal.append(
            Step(
                step=step,
                epoch=epoch,
                loss=loss,
                learning_rate=rate,
                tokens=tokens,
                tokens_per_second=tokens / seconds,
                seconds=seconds,
                seconds_left=left,
                memory_bytes=machine.memory_bytes(),
                trial=self._trial,
            )
        )

    def check(self, step: int, epoch: float, found: Found, best: bool) -> None:
        if step > self._told.check:
            self._journal.append(Validation(step, epoch, best=best, trial=self._trial, **asdict(found)))

    def answers(self, step: int, answers: Sequence[dict[str, str]]) -> None:
        if answers and step > self._told.check:
            self._journal.append(Answers(step, list(answers)))

    def kept(self, step: int, folder: Path, path: Path, best: bool) -> None:
        """A checkpoint at `path` of the job's folder is complete."""
        if step > self._told.kept:
            self._journal.append(Checkpoint(step, path.relative_to(folder).as_posix(), best))
