"""A training that looks for its own best values: the trials of methods.search, one after the other in one job. The
state with the lowest loss on the validation rows is kept, from whichever trial it comes.

What each trial came to is written down at its end (search.json), so that a search that was interrupted takes it from
there, and goes on in the trial it was in where that one stood.
"""

import gc
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from studio.errors import DivergedError, JobError
from studio.jobs.events import Note, Plan, Trial
from studio.jobs.files import write_atomically
from studio.jobs.journal import Journal
from studio.methods import search
from studio.training.loop import Loop
from studio.training.place import Best, End, Place

Begin = Callable[[Any, Place], tuple[Loop[Any], Plan, tuple[str, ...]]]
"""Makes the training of some options at its place, its plan, and what is to be said of the rows."""
SEARCHED = ("learning_rate", "rank", "alpha")
FILE = "search.json"


@dataclass(frozen=True)
class Tried:
    """One trial that is over. loss: its lowest on the validation rows, infinite when it diverged or never began, after
    step `best` of the job. base_loss: before its first step."""

    values: dict[str, Any]
    epochs: int
    loss: float
    best: int
    base_loss: float
    steps: int
    tokens: int
    seconds: float


def earlier(folder: Path) -> list[Tried]:
    """The trials that an earlier process of the job came to the end of."""
    try:
        return [Tried(**one) for one in json.loads((folder / FILE).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


class Search:
    """After run(): `plan` (of the whole, as many steps as there can be), `base_loss` (before any step), `best` (over
    all trials), `winner` (its values), `trials`, and `step`, `tokens`, `seconds` over all."""

    def __init__(
        self, folder: Path, journal: Journal, options: Any, begin: Begin, plan: Plan | None, begun: int, writes: bool
    ) -> None:
        """plan, begun: what the journal tells of an earlier process: the plan, and how many trials had begun. writes:
        whether this process is the one that writes."""
        self._folder, self._journal, self._options, self._begin = folder, journal, options, begin
        self._earlier, self._begun, self._writes = earlier(folder), begun, writes
        self._candidates = search.candidates(options)
        self._ahead = search.longest(self._candidates)
        self._count = len(self._ahead)
        self.plan = plan
        self.base_loss = math.nan
        self.best: Best | None = None
        self.winner: dict[str, Any] = {}
        self.trials: tuple[Tried, ...] = ()
        self.step, self.tokens, self.seconds = 0, 0, 0.0

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def whole_plan(self) -> Plan:
        """The plan of all trials, once the first has begun."""
        assert self.plan is not None
        return self.plan

    def run(self) -> End:
        """Runs the trials to the end, or until something else is asked for.

        JobError when not one of them could be trained.
        """
        going_on = self._candidates
        for one in search.rounds(len(self._candidates)):
            scores = []
            for values in going_on[: one.trials]:
                loss, end = self._try(values, search.epochs(values, one.share))
                scores.append((loss, values))
                if end != "finished":
                    return end
            going_on = [values for loss, values in sorted(scores, key=lambda pair: pair[0]) if math.isfinite(loss)]
            if not going_on:
                raise JobError("None of the values that were tried could be trained.", "Lower the learning rate.")
        return "finished"

    def found(self) -> dict[str, Any]:
        """options: the values that won; trials: all that were tried, a loss of None where one diverged."""
        trials = [
            {**trial.values, "epochs": trial.epochs, "loss": trial.loss if math.isfinite(trial.loss) else None}
            for trial in self.trials
        ]
        return {"options": self.winner, "trials": trials}

    def _try(self, values: dict[str, Any], epochs: int) -> tuple[float, End]:
        """The lowest validation loss of a trial, and how it ended."""
        number = len(self.trials) + 1
        self._ahead = self._ahead[1:]
        told = {name: value for name, value in values.items() if name in SEARCHED}
        if number <= len(self._earlier):
            self._count_in(self._earlier[number - 1])
            return self.trials[-1].loss, "finished"
        options = self._options.model_copy(update={**values, "epochs": epochs})
        loop, plan, notes = self._begin(options, Place(number, self.step, best=self.best))
        # the budget of a batch does not change with what is searched, so that an epoch has the same steps in all trials
        loop.place = replace(loop.place, after=sum(self._ahead) * plan.steps_per_epoch)
        if self.plan is None:
            self.plan = _whole(plan, epochs + sum(self._ahead))
            announced(self._journal, self.plan, notes)
        if number > self._begun:
            self._journal.append(Trial(number, self._count, epochs, self.step, loop.course.steps, told))
        end: End = "finished"
        try:
            end = loop.run()
        except DivergedError as fault:
            if loop.step == 0:
                raise
            self._journal.append(Note(f"Trial {number} was given up. {fault.happened}"))
        best = loop.best or Best(0, math.inf)
        over = Tried(told, epochs, best.loss, best.step, loop.base_loss, loop.step, loop.tokens, loop.seconds)
        if end != "paused":
            self._count_in(over)
            if self._writes:
                write_atomically(self._folder / FILE, json.dumps([asdict(one) for one in self.trials]))
        del loop
        # what this trial held has to go before the next one is loaded
        gc.collect()
        return over.loss, end

    def _count_in(self, over: Tried) -> None:
        if not self.trials:
            self.base_loss = over.base_loss
        if math.isfinite(over.loss) and (self.best is None or over.loss < self.best.loss):
            self.best, self.winner = Best(over.best, over.loss), {**over.values, "epochs": over.epochs}
        self.trials = (*self.trials, over)
        self.step += over.steps
        self.tokens += over.tokens
        self.seconds += over.seconds


def announced(journal: Journal, plan: Plan, notes: tuple[str, ...]) -> None:
    """Says what will be done, and what is to be known before it."""
    journal.append(plan)
    for text in notes:
        journal.append(Note(text))


def _whole(plan: Plan, epochs: int) -> Plan:
    """The plan of all trials, from that of the first."""
    part = epochs / plan.epochs
    return replace(
        plan,
        steps=epochs * plan.steps_per_epoch,
        epochs=epochs,
        tokens=round(plan.tokens * part),
        trained_tokens=round(plan.trained_tokens * part),
    )
