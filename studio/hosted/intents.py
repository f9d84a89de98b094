"""intents.jsonl: what a hosted job is about to pay for, written before it is asked for, and what came of it.

One JSON object a line, appended and brought to the disk before the next step; written by the job's process alone. What
is intended and not done may have happened: the provider is asked before it is done again.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = "intents.jsonl"
State = Literal["intended", "receipt", "done", "refused"]


@dataclass(frozen=True)
class Entry:
    """Where one paid step stands. tries: how often it was asked for. id: what it made, '' while that is not known.
    receipts: of a step with parts, those that arrived."""

    tries: int = 0
    id: str = ""
    receipts: tuple[str, ...] = ()
    unsure: bool = False


class Intents:
    """The log of one job folder."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        for line in self._path.read_bytes().split(b"\n") if self._path.is_file() else ():
            try:
                raw = json.loads(line)
                self._take(raw["what"], raw["state"], raw["value"])
            except (ValueError, KeyError, TypeError):
                # A line that a crash cut short was not on the disk when its step began.
                continue

    def entry(self, what: str) -> Entry:
        return self._entries.get(what, Entry())

    def write(self, what: str, state: State, value: str = "") -> None:
        """One line, on the disk when this returns. OSError (a full disk): then nothing may be asked for."""
        line = json.dumps({"v": 1, "time": round(self._clock(), 3), "what": what, "state": state, "value": value})
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            # Begins on a line of its own even after one that was cut short.
            os.write(handle, b"\n" + line.encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        self._take(what, state, value)

    def _take(self, what: str, state: str, value: str) -> None:
        before = self.entry(what)
        match state:
            case "intended":
                self._entries[what] = Entry(before.tries + 1, "", before.receipts, unsure=True)
            case "receipt":
                self._entries[what] = Entry(before.tries, "", (*before.receipts, value), unsure=True)
            case "done":
                self._entries[what] = Entry(before.tries, value, before.receipts)
            case "refused":
                # Surely not done: nothing to look for, and parts of it are of no use any more.
                self._entries[what] = Entry(before.tries)
