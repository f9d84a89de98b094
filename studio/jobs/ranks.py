"""One training done by several processes of this machine: which of them this one is, and what the first of them knows
of the others. The first (rank 0) is the job's process; the others write nothing but why they ended, where they fail.
"""

import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from studio.errors import JobError
from studio.jobs import process
from studio.jobs.events import Failure, State
from studio.jobs.files import write_atomically
from studio.jobs.journal import Journal
from studio.jobs.process import Identity

POLL_SECONDS = 0.5
GRACE_SECONDS = 10.0
"""So long the first process may take to find out by itself that another one ended; then it is told."""
ENDING_SECONDS = 2.0
"""A process whose connection broke is gone by then."""


@dataclass(frozen=True)
class Rank:
    """Which process of how many this one is."""

    number: int = 0
    count: int = 1


_mine = Rank()


def begin() -> Rank:
    """For a process that `accelerate launch` started (it tells by RANK and WORLD_SIZE): from here on it is that rank,
    and sees one GPU alone. Call it before torch is loaded."""
    global _mine
    _mine = Rank(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    seen = [one for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one]
    os.environ["CUDA_VISIBLE_DEVICES"] = seen[_mine.number] if seen else str(_mine.number)
    return _mine


def mine() -> Rank:
    return _mine


def leave_with_the_first(folder: Path) -> None:
    """Ends this process, which is not the first, once the job's process is gone."""

    def watch() -> None:
        # what an earlier run of the job left there is dead by now, and our launcher's or the first's comes
        known = None
        while True:
            found = process.read(folder)
            if found is not None and (found.alive() or found == known):
                known = found
                if not found.alive():
                    os._exit(0)
            time.sleep(POLL_SECONDS)

    threading.Thread(target=watch, daemon=True).start()


def tell(folder: Path, failure: Failure) -> None:
    """Why this process, which is not the first, ends."""
    said = {"happened": failure.happened, "remedy": failure.remedy, "details": failure.details}
    write_atomically(_file(folder, _mine.number), json.dumps(said))


def _file(folder: Path, number: int) -> Path:
    return folder / f"rank-{number}.json"


@dataclass
class Crew:
    """The other processes as the first one sees them. others: by rank, from 1."""

    folder: Path
    others: Sequence[Identity]
    _over: threading.Event = field(default_factory=threading.Event)

    def lost(self, seconds: float = 0.0) -> JobError | None:
        """What is to be said when one of them ended before its time, looked for during so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            for number, other in enumerate(self.others, 1):
                if not other.alive():
                    return self._said(number)
            if time.monotonic() >= deadline:
                return None
            time.sleep(0.05)

    def watch(self, journal: Journal) -> None:
        """Says it and ends this process when the training hangs because another process is gone: a graphics card that
        waits for another one cannot be called back."""

        def look() -> None:
            while not self._over.wait(POLL_SECONDS):
                if self.lost() and not self._over.wait(GRACE_SECONDS):
                    fault = self.lost()
                    assert fault is not None
                    journal.append(Failure(fault.happened, fault.remedy))
                    journal.append(State("failed"))
                    os._exit(1)

        threading.Thread(target=look, daemon=True).start()

    def dismiss(self) -> None:
        """They may end now."""
        self._over.set()

    def _said(self, number: int) -> JobError:
        count = len(self.others) + 1
        try:
            told = json.loads(_file(self.folder, number).read_text(encoding="utf-8"))
            why, remedy = f": {told['happened']}", str(told["remedy"])
        except (OSError, ValueError, KeyError):
            why, remedy = ".", "Go on with it: the last good checkpoint is as it was."
        return JobError(f"One of the {count} processes of this training ended{why}", remedy)


def forget(folder: Path) -> None:
    """Removes what processes of an earlier run told."""
    for path in folder.glob("rank-*.json"):
        path.unlink(missing_ok=True)
