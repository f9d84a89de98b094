"""control.json: what was asked of a job. Written by whoever asks, read by the job; the job never writes it.

A job that the system asks to end (SIGTERM) sees the same request, without the file.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from studio.jobs.files import write_atomically

FILE = "control.json"
What = Literal["stop", "cancel", "pause", "resume"]
"""stop: end, keep what was reached; cancel: end, keep nothing; pause: leave so that it can go on; resume: go on."""

_asked_by_signal: list[What] = []


@dataclass(frozen=True)
class Request:
    """One request and when it was made (seconds since 1970)."""

    what: What
    time: float


def request(folder: Path, what: What) -> None:
    """Asks the job of `folder`; asking again changes nothing, so that the first request's time stays."""
    asked = read(folder)
    if asked is None or asked.what != what:
        write_atomically(folder / FILE, json.dumps({"v": 1} | asdict(Request(what, round(time.time(), 3)))))


def read(folder: Path) -> Request | None:
    """What was asked of the job, None when nothing was."""
    try:
        raw = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Request(raw["what"], float(raw["time"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def requested(folder: Path) -> str | None:
    """For the job's own process, between two steps: what was asked of it last, None when nothing was."""
    if _asked_by_signal:
        return _asked_by_signal[-1]
    asked = read(folder) if os.path.exists(folder / FILE) else None
    return asked.what if asked else None


def ask_this_process(what: What) -> None:
    """For a signal handler of the job's process; safe there, because nothing is read or written."""
    _asked_by_signal.append(what)
