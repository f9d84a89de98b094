"""What the session hands out: small frozen values. No row of the database and no handle leaves the room.

Times are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from studio import data

if TYPE_CHECKING:
    from studio.data.values import Report
    from studio.jobs.lease import Holder
    from studio.jobs.state import JobState
    from studio.methods.base import Method
    from studio.methods.settling import Choice

Side = Literal["base", "tuned", "user", "system"]


@dataclass(frozen=True)
class Project:
    """A name over data sets, runs, evaluations and conversations."""

    id: str
    name: str
    created: datetime


@dataclass(frozen=True)
class Dataset:
    """A file that was brought in, at its current version. fingerprint: hex SHA-256 of the original (of several: over
    theirs). folder: originals, and the rows and reports of all versions. version: 0 while the first one is being made.
    preparing: the job that makes the next version, while it is at work and after it failed.
    """

    id: str
    project: str
    name: str
    fingerprint: str
    created: datetime
    report: Report
    folder: Path
    version: int = 1
    preparing: Run | None = None

    @property
    def rows(self) -> Path:
        """Where the usable rows of the current version lie."""
        return data.rows_file(self.folder, self.version)


@dataclass(frozen=True)
class Version:
    """One step in the history of a data set. says: what was done, as a sentence."""

    number: int
    says: str
    created: datetime


@dataclass(frozen=True)
class Preview:
    """What a repair would do: rows changed and rows removed in all, and the first of them as (line, the text before,
    the text after; '' where the row goes). looked_at: how many rows of a large file these counts are about, from its
    first one on; None for all."""

    changed: int
    removed: int
    rows: list[tuple[int, str, str]]
    looked_at: int | None = None


@dataclass(frozen=True)
class Sample:
    """A data set that ships with the studio. rows: lines of the file."""

    id: str
    title: str
    line: str
    path: Path
    rows: int


@dataclass(frozen=True)
class Run:
    """One job and where it stands. parent: the train job that an evaluation belongs to. method is '' and options are
    empty for an evaluation. dataset: None when it was deleted since; version: which of its versions is read or made."""

    id: str
    project: str
    kind: Literal["prepare", "train", "evaluate", "apply", "hosted", "fetch", "merge", "rehearse"]
    name: str
    created: datetime
    dataset: str | None
    model: str
    method: str
    options: Mapping[str, Any]
    parent: str | None
    state: JobState
    folder: Path
    version: int | None = None


@dataclass(frozen=True)
class Estimate:
    """What a training would take, reckoned from sizes. memory_bytes: at its peak; disk_bytes: of its checkpoints; free:
    what the machine has of either now. seconds: about, to the end of its last epoch. cards: graphics cards that share
    it, memory being that of each; 0 where a processor does it."""

    memory_bytes: int
    disk_bytes: int
    seconds: float
    parameters: int
    trainable_parameters: int
    free_memory_bytes: int
    free_disk_bytes: int
    cards: int = 0

    def slower(self, times: float) -> Self:
        """The same where everything takes so many times as long."""
        return replace(self, seconds=self.seconds * times)

    def measured(self, seconds: float, memory_bytes: int, disk_bytes: int) -> Self:
        """The same with what a rehearsal has measured."""
        return replace(self, seconds=seconds, memory_bytes=memory_bytes, disk_bytes=disk_bytes)


@dataclass(frozen=True)
class Readiness:
    """Whether a run could start now. reasons: plain sentences, one for each thing in the way (empty when ready).

    rows, validation_rows, test_rows: the three parts of the data set's current split (0 when there is none yet).
    options: the method's options in full; empty when the given ones cannot be used. model, method, strength: what
    would be used, '' where it has a fault. faults: by the field they are about, the first of each as a sentence.
    choices: what of it was proposed, each with its reason. waits: whom the run would wait for, '' where the machine
    is free. estimate: None where something has a fault. rehearsal: the try of exactly these settings, None where
    there was none. search_times: what a search takes at most, in times of one training.
    """

    ready: bool
    reasons: list[str]
    rows: int
    validation_rows: int
    test_rows: int
    options: Mapping[str, Any] = field(default_factory=dict)
    waits: str = ""
    model: str = ""
    method: str = ""
    strength: str = ""
    choices: tuple[Choice, ...] = ()
    estimate: Estimate | None = None
    rehearsal: Run | None = None
    search_times: float = 0.0
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def rehearsed(self) -> Mapping[str, Any] | None:
        """What the rehearsal found (see training.rehearsal), None while it has found nothing."""
        return self.rehearsal.state.result if self.rehearsal else None


@dataclass(frozen=True)
class Compared:
    """A method with these rows on the base model it would be used with. estimate: None where they do not go together,
    and reason says why. expected: what can be hoped for, in a sentence. tried: whether its seconds were measured by a
    rehearsal of exactly this."""

    method: Method
    estimate: Estimate | None
    reason: str = ""
    expected: str = ""
    tried: bool = False


@dataclass(frozen=True)
class Device:
    """What the work runs on. memory_free_bytes: within the container's limit. holder: the job or chat that has it."""

    line: str
    cores: int
    memory_free_bytes: int
    holder: Holder | None


@dataclass(frozen=True)
class Turn:
    """One turn of a kept conversation. id counts up within the database; 0 for a turn that is not kept yet."""

    id: int
    side: Side
    text: str
    created: datetime


@dataclass(frozen=True)
class Check:
    """One line of `studio doctor`. state: ok, warning (works, with less) or error (something will not work)."""

    name: str
    state: Literal["ok", "warning", "error"]
    value: str
