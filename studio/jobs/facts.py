"""What is known of a job, and what follows from it: its state, whether it may go on, what it has kept. How it
comes to be known is not covered here (state.py), nor how it is said (sentences.py).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from studio.jobs.events import (
    Answers,
    Checkpoint,
    Failure,
    Plan,
    Progress,
    Remote,
    Step,
    Validation,
)

# fmt: off
Name = Literal[
    "waiting", "preparing", "running", "pausing", "stopping",
    "paused", "stopped", "cancelled", "finished", "failed", "interrupted",
]
# fmt: on
ENDED: tuple[Name, ...] = ("paused", "stopped", "cancelled", "finished", "failed", "interrupted")
"""Nothing happens in these by itself; a job that is paused, failed or interrupted can go on (`resumable`)."""

KEEPING = ("evaluate", "apply")
"""Kinds that keep each answer as it comes, and take over what is kept when they are started again."""


@dataclass(frozen=True)
class Facts:
    """What is known of a job. A value the job has not said is None or empty; a number it gave as null is NaN.

    word: the state the job itself named last. control: what was asked of it. alive: whether its process lives; None
    when it has none yet. started, updated: times of the first and the last event (seconds since 1970).
    best: the validation with the lowest loss. result: the fields of the command line's document.
    answers: the last ones of the model in training. ahead: how many wait before it for the device. torn: how many lines
    of the journal cannot be read. kind: of the job, '' where it is not known. log: the end of what the process printed,
    for a job that was interrupted. remote: where it stands at a provider; such a job is over only by its own word, for
    the provider goes on without our process.
    """

    word: str | None = None
    control: str | None = None
    alive: bool | None = None
    plan: Plan | None = None
    last_step: Step | None = None
    validations: tuple[Validation, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    progress: Progress | None = None
    notes: tuple[str, ...] = ()
    result: Mapping[str, Any] | None = None
    failure: Failure | None = None
    remote: Remote | None = None
    answers: Answers | None = None
    ahead: int = 0
    kind: str = ""
    torn: int = 0
    log: str = ""
    started: float | None = None
    updated: float | None = None

    @property
    def state(self) -> Name:
        """A last word stands. Without one: a dead process was stopped if that was asked of it, else interrupted."""
        match self.word:
            case "finished" | "stopped" | "cancelled" | "failed":
                return self.word
        if self.alive is False and self.remote is not None:
            return "interrupted"
        if self.alive is False:
            if self.failure is not None:
                return "failed"
            if self.word == "paused":
                return "paused"
            return "stopped" if self.control in ("stop", "cancel") else "interrupted"
        if self.control in ("stop", "cancel") or self.word == "stopping":
            return "stopping"
        if self.control == "pause" and self.remote is None:
            return "pausing"
        if self.word == "waiting":
            return "waiting"
        if self.word is None:
            return "waiting" if self.alive is None else "preparing"
        return "preparing" if self.word == "preparing" else "running"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def resumable(self) -> bool:
        """Whether a training, an evaluation or an application of this machine may go on where it stood."""
        damaged = self.failure is not None and self.failure.reason == "diverged"
        halted = self.state in ("paused", "interrupted") or (self.state == "failed" and not damaged)
        if self.kind in KEEPING:
            return halted
        return halted and self.plan is not None and self.remote is None

    @property
    def details(self) -> str:
        """What may be folded away: the traceback of a failure, the last output of an interrupted process."""
        return self.failure.details if self.failure else self.log

    @property
    def best(self) -> Validation | None:
        finite = [item for item in self.validations if math.isfinite(item.loss)]
        return min(finite, key=lambda item: item.loss, default=None)

    @property
    def kept(self) -> Checkpoint | None:
        """The checkpoint that counts: the last one that was the best so far, else the last one."""
        best = [item for item in self.checkpoints if item.best]
        return best[-1] if best else self.checkpoints[-1] if self.checkpoints else None
