"""What the journal of a hosted job has been told, so that nothing is told twice, and the numbers as its events."""

import math
import time
from collections.abc import Iterable

from studio.hosted.base import Metric
from studio.hosted.course import Course
from studio.jobs import journal as journals
from studio.jobs.events import Checkpoint, Note, Plan, Remote, Step, Validation, parse
from studio.jobs.journal import Journal


class Told:
    """Reads at its start what an earlier process told. seconds: how long the training was seen to run."""

    def __init__(self, journal: Journal, place: str) -> None:
        self._journal = journal
        self._place = place
        self._steps: set[int] = set()
        self._validated: dict[int, float] = {}
        self._notes: set[str] = set()
        self._models: set[str] = set()
        self._remote: Remote | None = None
        self._plan: Plan | None = None
        self._total = 0
        self._epochs = 1
        self._tokens = 0
        self._before = 0.0
        self._running: float | None = None
        for line in journals.read(journal.path, "0").events:
            self._remember(parse(line))

    def _remember(self, event: object) -> None:
        match event:
            case Step():
                self._steps.add(event.step)
                self._before = max(self._before, event.seconds)
            case Validation():
                self._validated[event.step] = event.loss
            case Note():
                self._notes.add(event.text)
            case Checkpoint():
                self._models.add(event.path)
            case Plan():
                self._plan, self._total = event, event.steps
            case Remote():
                self._remote = event

    @property
    def last_step(self) -> int:
        return max(self._steps, default=0)

    @property
    def best(self) -> tuple[int, float] | None:
        """Step and loss of the lowest validation loss; None when none was measured."""
        finite = [(step, loss) for step, loss in self._validated.items() if math.isfinite(loss)]
        return min(finite, key=lambda item: (item[1], item[0]), default=None)

    @property
    def seconds(self) -> float:
        return self._before + (time.monotonic() - self._running if self._running is not None else 0.0)

    def begin(self, course: Course) -> None:
        self._course = course
        self._tokens = course.tokens * course.epochs
        self._epochs = course.epochs

    def epochs(self, epochs: int) -> None:
        """What the provider decided."""
        if epochs != self._epochs:
            self._epochs, self._tokens = epochs, self._course.tokens * epochs
            self._planned()

    def remote(self, event: Remote) -> None:
        """Where the job stands, when that is new."""
        if event.status == "running" and self._running is None:
            self._running = time.monotonic()
        if event != self._remote:
            self._journal.append(event)
            self._remote = event

    def message(self, text: str) -> None:
        note = f"{self._place}: {text}"
        if note not in self._notes:
            self._journal.append(Note(note))
            self._notes.add(note)

    def checkpoint(self, step: int, model: str, best: bool) -> None:
        if model not in self._models:
            self._journal.append(Checkpoint(step, model, best))
            self._models.add(model)

    def metrics(self, metrics: Iterable[Metric]) -> None:
        """Each step's numbers, once, in the order of the steps. A validation loss that comes later than its step's
        training loss is told when it comes."""
        ordered = sorted(metrics, key=lambda metric: metric.step)
        told = [metric.total for metric in ordered if metric.total]
        self._of(max(told[-1] if told else self._total, self.last_step, *(metric.step for metric in ordered), 0))
        for metric in ordered:
            if metric.loss is not None and metric.step not in self._steps:
                self._steps.add(metric.step)
                self._journal.append(self._step(metric.step, metric.loss))
            if metric.validation is not None and metric.step not in self._validated:
                before = self.best
                self._validated[metric.step] = metric.validation
                best = before is None or metric.validation < before[1]
                self._journal.append(Validation(metric.step, self._epoch(metric.step), metric.validation, best))

    def over(self) -> None:
        """The job has reached its end: there are no more steps than were told."""
        self._of(self.last_step)

    def _of(self, total: int) -> None:
        if total and total != self._total:
            self._total = total
            self._planned()

    def _step(self, step: int, loss: float) -> Step:
        share, seconds = step / self._total, self.seconds
        tokens = round(self._tokens * share)
        return Step(
            step=step,
            epoch=self._epoch(step),
            loss=loss,
            learning_rate=math.nan,
            tokens=tokens,
            tokens_per_second=tokens / seconds if seconds else math.nan,
            seconds=seconds,
            seconds_left=seconds / share * (1 - share),
            memory_bytes=0,
        )

    def _epoch(self, step: int) -> float:
        return self._epochs * step / self._total if self._total else math.nan

    def _planned(self) -> None:
        if not self._total:
            return
        plan = Plan(
            steps=self._total,
            epochs=self._epochs,
            steps_per_epoch=max(1, round(self._total / self._epochs)),
            tokens=self._tokens,
            trained_tokens=self._tokens,
            rows=self._course.rows,
            validation_rows=self._course.validation_rows,
            cut=0,
            parameters=0,
            trainable_parameters=0,
            device=self._place,
        )
        if plan != self._plan:
            self._journal.append(plan)
            self._plan = plan
