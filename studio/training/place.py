"""Where a training stands in its job: what was told of it before, which trials come around it, how it ends."""

from dataclasses import dataclass
from typing import Literal, Self

from studio.jobs.state import JobState

End = Literal["finished", "stopped", "paused", "cancelled"]
ENDS: dict[str | None, End] = {"stop": "stopped", "pause": "paused", "cancel": "cancelled"}


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


@dataclass(frozen=True)
class Told:
    """What the journal already tells of a job: up to which step, which check, which checkpoint."""

    step: int = 0
    check: int = -1
    kept: int = 0

    @classmethod
    def of(cls, before: JobState | None, trial: int = 0) -> Self:
        """Of a trial (0: the only one). before: the job's state by its journal, None for one that has not begun."""
        if before is None:
            return cls()
        last = before.last_step
        return cls(
            last.step if last and last.trial == trial else 0,
            max((item.step for item in before.validations if item.trial == trial), default=-1),
            max((item.step for item in before.checkpoints), default=0),
        )


ALONE = Place()
"""Of a training that is no trial."""
