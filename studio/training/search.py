"""A training that looks for its own best values: the trials of methods.search, one after the other in one job. The
state with the lowest loss on the validation rows is kept, from whichever trial it comes."""

import gc
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from studio.errors import DivergedError, JobError
from studio.jobs.events import Note, Plan, Trial
from studio.jobs.journal import Journal
from studio.methods import search
from studio.training.loop import Loop
from studio.training.place import Best, End, Place

Begin = Callable[[Any, Place], tuple[Loop[Any], Plan, tuple[str, ...]]]
"""Makes the training of some options at its place, its plan, and what is to be said of the rows."""
SEARCHED = ("learning_rate", "rank", "alpha")


@dataclass(frozen=True)
class Tried:
    """One trial that is over. loss: its lowest on the validation rows, infinite when it diverged or never began."""

    values: dict[str, Any]
    epochs: int
    loss: float


class Search:
    """After run(): `plan` (of the whole, as many steps as there can be), `base_loss` (before any step), `best` (over
    all trials), `winner` (its values), `trials`, and `step`, `tokens`, `seconds` over all."""

    def __init__(self, journal: Journal, options: Any, begin: Begin) -> None:
        self._journal, self._options, self._begin = journal, options, begin
        self._candidates = search.candidates(options)
        self._ahead = search.longest(self._candidates)
        self._count = len(self._ahead)
        self.plan: Plan | None = None
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
        """Runs the trials to the end, or until something else is asked for; a pause ends it as a stop does.

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
        options = self._options.model_copy(update={**values, "epochs": epochs})
        number = len(self.trials) + 1
        self._ahead = self._ahead[1:]
        loop, plan, notes = self._begin(options, Place(number, self.step, best=self.best))
        # the budget of a batch does not change with what is searched, so that an epoch has the same steps in all trials
        loop.place = replace(loop.place, after=sum(self._ahead) * plan.steps_per_epoch)
        if self.plan is None:
            self.plan = _whole(plan, epochs + sum(self._ahead))
            announced(self._journal, self.plan, notes)
        told = {name: value for name, value in values.items() if name in SEARCHED}
        self._journal.append(Trial(number, self._count, epochs, self.step, loop.course.steps, told))
        end: End = "finished"
        try:
            end = loop.run()
        except DivergedError as fault:
            if loop.step == 0:
                raise
            self._journal.append(Note(f"Trial {number} was given up. {fault.happened}"))
        if number == 1:
            self.base_loss = loop.base_loss
        loss = loop.best.loss if loop.best else math.inf
        if loop.best and (self.best is None or loss < self.best.loss):
            self.best, self.winner = loop.best, {**told, "epochs": epochs}
        self.trials = (*self.trials, Tried(told, epochs, loss))
        self.step += loop.step
        self.tokens += loop.tokens
        self.seconds += loop.seconds
        del loop
        # what this trial held has to go before the next one is loaded
        gc.collect()
        return loss, end


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
