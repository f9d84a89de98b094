"""Where a job stands: a fold over its events, what was asked of it, and whether its process lives.

The fold survives journals of newer versions: types and fields it does not know are passed over, and an event that lacks
a field it needs counts as unknown. Reading the files is not covered here (journal, control, process).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from studio.jobs import sentences
from studio.jobs.events import (
    LAST_WORDS,
    Answers,
    Checkpoint,
    Failure,
    Note,
    Plan,
    Progress,
    Remote,
    Result,
    State,
    Step,
    Validation,
    parse,
)
from studio.jobs.facts import Facts


@dataclass(frozen=True)
class JobState(Facts):
    """The facts of a job, as they grow with its events."""

    @property
    def sentence(self) -> str:
        return sentences.sentence(self)

    def advance(self, events: Iterable[Mapping[str, Any]]) -> Self:
        """The state after these further events (dicts as journal.read gives them)."""
        changes: dict[str, Any] = {}
        added: dict[str, list[Any]] = {"validations": [], "checkpoints": [], "notes": []}
        for line in events:
            if isinstance(line.get("time"), int | float):
                changes["updated"] = line["time"]
                if self.started is None:
                    changes.setdefault("started", line["time"])
            match parse(line):
                case State(state=word):
                    changes["word"] = word
                    if word not in LAST_WORDS and word != "stopping":
                        changes["failure"] = None
                case Plan() as plan:
                    changes["plan"] = plan
                case Step() as step:
                    # Providers tell some steps late; the last one is the furthest.
                    last = changes.get("last_step", self.last_step)
                    if last is None or step.step >= last.step:
                        changes["last_step"] = step
                case Progress() as progress:
                    changes["progress"] = progress
                case Validation() as validation:
                    added["validations"].append(validation)
                case Checkpoint() as checkpoint:
                    added["checkpoints"].append(checkpoint)
                case Note(text=text):
                    added["notes"].append(text)
                case Result(values=values):
                    changes["result"] = values
                case Failure() as failure:
                    changes["failure"] = failure
                case Answers() as answers:
                    changes["answers"] = answers
                case Remote() as remote:
                    changes["remote"] = remote
        for name, items in added.items():
            changes[name] = (*getattr(self, name), *items)
        return replace(self, **changes)

    def observed(self, control: str | None, alive: bool | None) -> Self:
        """The same events, seen with what was asked of the job and whether its process lives."""
        return replace(self, control=control, alive=alive)


def fold(events: Iterable[Mapping[str, Any]], control: str | None, alive: bool | None) -> JobState:
    """The state of a job from all its events, what was asked of it, and whether its process lives (None: none yet)."""
    return JobState().advance(events).observed(control, alive)
