"""events.jsonl: how a job's only writer appends to it, and how any number of readers follow it by increments.

A line counts once its line feed is in the file. A line that a crash or a full disk cut short is never repaired: a
reader leaves it alone while it is the last one, and names its place in `torn` once other lines follow. What the events
mean is not covered here (events, state).
"""

import json
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from filelock import FileLock, Timeout

from studio.errors import JobError, UsageError
from studio.jobs.events import LAST_WORDS, VERSION, Checkpoint, Event, Failure, Result, State

FILE = "events.jsonl"
SCREEN_POINTS = 1000
_TAIL_BYTES = 1 << 16


@dataclass(frozen=True)
class Page:
    """What one reading found. cursor: give it back as `since` for what comes next. torn: byte offsets in the file at
    which an unreadable line starts."""

    events: list[dict[str, Any]]
    cursor: str
    torn: list[int]


class Journal:
    """The journal of one job folder, opened for appending; only the job's own process does this.

    seq: number of the last event written. ended: whether that one is a last word (see events.LAST_WORDS).
    paused: whether the job's process has said that it leaves and another one may go on. follower: is told each event
    once it is written.
    JobError when another living process writes it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lock = FileLock(folder / "events.lock")
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            remedy = "Wait until it ends, or stop it first."
            raise JobError("Another process is already at work on this job.", remedy) from None
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o644)
        last, self._torn = _tail(self.path)
        self.seq = int(last.get("seq", 0))
        self.ended = _is_last_word(last)
        self.paused = False
        self.follower: Callable[[Event], None] | None = None
        self._turn = threading.RLock()

    def append(self, event: Event) -> int:
        """Writes one event and returns its seq; last words, results, failures and checkpoints are then on the disk.

        A number that is not finite is written as null. OSError (a full disk) means that the event is not in the
        journal: the next one starts on a line of its own and takes the same seq.
        """
        with self._turn:
            self._append(event)
            return self.seq

    def _append(self, event: Event) -> None:
        head = {"v": VERSION, "seq": self.seq + 1, "time": round(time.time(), 3), "type": event.type}
        line = json.dumps(head | _finite(event.fields()), allow_nan=False).encode() + b"\n"
        self._write(b"\n" + line if self._torn else line)
        self.seq += 1
        self.ended = isinstance(event, State) and event.state in LAST_WORDS
        self.paused = isinstance(event, State) and event.state == "paused"
        if self.ended or self.paused or isinstance(event, Checkpoint | Result | Failure):
            os.fsync(self._file)
        if self.follower is not None:
            self.follower(event)

    def _write(self, data: bytes) -> None:
        # One write() of the whole line; a short one (disk full) is tried once more to learn the reason from the system.
        written = os.write(self._file, data)
        while written < len(data):
            self._torn = True
            written += os.write(self._file, data[written:])
        self._torn = False

    def close(self) -> None:
        os.close(self._file)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read(path: Path, since: str | None = None, limit: int | None = None) -> Page:
    """The events after the cursor `since`, at most `limit` of them (None: all). A missing file is an empty page.

    since=None starts at the beginning and thins: every event that is not a step stays, steps are thinned evenly to at
    most SCREEN_POINTS with the first and the last; '0' reads all from the beginning. UsageError for a cursor that does
    not belong to this file.
    """
    start = _offset(since)
    steps, others, torn = _Thinned(SCREEN_POINTS if since is None else None), [], []
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return Page([], str(start), [])
    with file:
        _seek(file, start)
        place, count = start, 0
        while limit is None or count < limit:
            line = file.readline()
            if not line.endswith(b"\n"):
                break
            event = _parsed(line)
            if event is None and line.strip():
                torn.append(place)
            elif event is not None:
                count += 1
                if event.get("type") == "step":
                    steps.add(place, event)
                else:
                    others.append((place, event))
            place += len(line)
    ordered = sorted([*steps.kept(), *others], key=lambda item: item[0])
    return Page([event for _, event in ordered], str(place), torn)


def last_word(path: Path) -> str | None:
    """'finished', 'stopped', 'cancelled' or 'failed' when the journal ends with it; reads only the file's end."""
    try:
        last, _ = _tail(path)
    except FileNotFoundError:
        return None
    return last["state"] if _is_last_word(last) else None


class _Thinned:
    """Keeps at most `most` evenly spaced items of a series of unknown length, the first and the last among them."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._stride = 1
        self._count = 0
        self._items: list[tuple[int, dict[str, Any]]] = []
        self._last: tuple[int, dict[str, Any]] | None = None

    def add(self, place: int, event: dict[str, Any]) -> None:
        self._last = (place, event)
        if self._count % self._stride == 0:
            # One place is left for the last item.
            if self._most is not None and len(self._items) == self._most - 1:
                self._items = self._items[::2]
                self._stride *= 2
            if self._count % self._stride == 0:
                self._items.append(self._last)
        self._count += 1

    def kept(self) -> list[tuple[int, dict[str, Any]]]:
        if self._last is None or self._items[-1] is self._last:
            return self._items
        return [*self._items, self._last]


def _offset(since: str | None) -> int:
    if since is None:
        return 0
    if not (since.isascii() and since.isdigit()):
        raise _foreign(since)
    return int(since)


def _seek(file: BinaryIO, start: int) -> None:
    if start == 0:
        return
    file.seek(start - 1)
    if file.read(1) != b"\n":
        raise _foreign(str(start))


def _foreign(since: str) -> UsageError:
    return UsageError(f"The place {since[:40]} is not in this job's journal.", "Read it from the start.", field="since")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _tail(path: Path) -> tuple[dict[str, Any], bool]:
    """The last readable event ({} when there is none), and whether the file ends in the middle of a line."""
    with path.open("rb") as file:
        size, span, data = os.fstat(file.fileno()).st_size, _TAIL_BYTES, b""
        while len(data) < size:
            span = min(span, size)
            file.seek(size - span)
            data = file.read(span)
            # The first line of the span may be cut; it is read in full when nothing readable comes after it.
            lines = data.split(b"\n")[0 if span == size else 1 :]
            for line in reversed(lines):
                event = _parsed(line)
                if event is not None and isinstance(event.get("seq"), int):
                    return event, not data.endswith(b"\n")
            span *= 4
    return {}, bool(data) and not data.endswith(b"\n")


def _is_last_word(event: dict[str, Any]) -> bool:
    return event.get("type") == State.type and event.get("state") in LAST_WORDS


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
