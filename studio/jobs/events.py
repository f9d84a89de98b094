"""The words of events.jsonl: one small frozen dataclass a type. Add fields and types, never rename them.

A line is {"v", "seq", "time", "type", ...fields}; time is seconds since 1970 (UTC), seq counts from 1 without a gap.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal

VERSION = 1


@dataclass(frozen=True)
class Event:
    type: ClassVar[str] = ""

    def fields(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class State(Event):
    """The job says where it stands. stopped: on request, what was reached is kept; cancelled: nothing is. finished,
    stopped, cancelled and failed are last words. paused: the process ends, and another one may go on. waiting: others
    have the device, or came first."""

    type: ClassVar[str] = "state"
    state: Literal[
        "waiting", "preparing", "running", "stopping", "paused", "finished", "stopped", "cancelled", "failed"
    ]


@dataclass(frozen=True)
class Note(Event):
    """Something that happened, in words for the user."""

    type: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True)
class Plan(Event):
    """What training will do. tokens: non-padding training tokens of all epochs; trained_tokens: those with a target.
    cut: rows shortened to the length limit. Rows are counts of the three parts."""

    type: ClassVar[str] = "plan"
    steps: int
    epochs: int
    steps_per_epoch: int
    tokens: int
    trained_tokens: int
    rows: int
    validation_rows: int
    cut: int
    parameters: int
    trainable_parameters: int
    device: str


@dataclass(frozen=True)
class Step(Event):
    """One optimiser step. loss: mean over its trained tokens (nats). seconds: wall time of the loop so far, evaluation
    left out; seconds_left: estimate for the rest, evaluations included. tokens: non-padding tokens so far. trial: which
    one of a search (see Trial), 0 where there is none."""

    type: ClassVar[str] = "step"
    step: int
    epoch: float
    loss: float
    learning_rate: float
    tokens: int
    tokens_per_second: float
    seconds: float
    seconds_left: float
    memory_bytes: int
    trial: int = 0


@dataclass(frozen=True)
class Validation(Event):
    """Loss on the validation rows (nats per trained token; per row with labels). best: lowest so far.

    right, of: for labels, rows told right of so many; for pairs of answers, those whose better answer gained on the
    worse. macro_f1: for labels alone, the mean of their F1 scores. margin: for pairs alone, the mean reward margin.
    """

    type: ClassVar[str] = "validation"
    step: int
    epoch: float
    loss: float
    best: bool
    right: int | None = None
    of: int | None = None
    macro_f1: float | None = None
    margin: float | None = None
    trial: int = 0


@dataclass(frozen=True)
class Trial(Event):
    """A search begins to try these values. trial: counted from 1; of: at most so many. epochs: of this trial, which may
    be a part of those it stands for (values). step: steps of the trials before it; steps: of this one."""

    type: ClassVar[str] = "trial"
    trial: int
    of: int
    epochs: int
    step: int
    steps: int
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint(Event):
    """A checkpoint that is complete. path: relative to the job folder."""

    type: ClassVar[str] = "checkpoint"
    step: int
    path: str
    best: bool


@dataclass(frozen=True)
class Progress(Event):
    """Progress of work that is not counted in steps (evaluation: rows). what: in words. total 0: unknown. unit: stands
    after the numbers, '' for rows."""

    type: ClassVar[str] = "progress"
    what: str
    done: int
    total: int
    seconds_left: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Result(Event):
    """The job's result: the fields of the command line's document for its kind (design, contracts)."""

    type: ClassVar[str] = "result"
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure(Event):
    """Why the job failed: what happened, what to do; details (a traceback) stay folded away. reason: 'disk', 'memory',
    'diverged' or 'checkpoint' where it is one of these, '' for all others."""

    type: ClassVar[str] = "failure"
    happened: str
    remedy: str
    details: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Answers(Event):
    """What the model in training says to the same few validation prompts, to be read as it learns. answers: one
    {"asked", "wanted", "said"} each."""

    type: ClassVar[str] = "answers"
    step: int
    answers: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Remote(Event):
    """Where the work stands at a provider that does it for us. place: the provider's title; status: one of ours
    (studio.hosted.base.Status); sentence: the same for people; job: its id there, '' before it is made; model: the
    tuned model's id, '' while there is none."""

    type: ClassVar[str] = "remote"
    place: str
    status: str
    sentence: str
    job: str
    model: str


EVENTS: tuple[type[Event], ...] = (
    *(State, Note, Plan, Trial, Step, Validation, Checkpoint, Answers, Progress, Result, Failure, Remote),
)
LAST_WORDS = ("finished", "stopped", "cancelled", "failed")
_BY_TYPE = {kind.type: kind for kind in EVENTS}


def parse(line: Mapping[str, Any]) -> Event | None:
    """The event of one line of the journal; None when this version cannot understand it (an unknown type, a field that
    is missing or of another type). Fields it does not know are left out; null in place of a number is NaN."""
    kind = _BY_TYPE.get(str(line.get("type")))
    if kind is None:
        return None
    known = {item.name: item.type for item in fields(kind)}
    values = {name: line[name] for name in known if name in line}
    for name, value in values.items():
        if known[name] is float:
            values[name] = value = float("nan") if value is None else value
        wanted = _ACCEPTED.get(known[name])
        if wanted and (not isinstance(value, wanted) or isinstance(value, bool) is not (known[name] is bool)):
            return None
    try:
        return kind(**values)
    except TypeError:
        return None


_ACCEPTED: dict[Any, tuple[type, ...]] = {
    float: (int, float),
    int: (int,),
    str: (str,),
    bool: (bool,),
    dict[str, Any]: (dict,),
    list[dict[str, str]]: (list,),
}
