"""Who may use a device: HOME/leases/<device>.json names one job or chat, changed only under a file lock.

A lease needs no giving back: a holder whose process ended counts as none, and so does a job that said its last word.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from studio.errors import BusyError, StorageError
from studio.jobs import journal, process
from studio.jobs.files import write_atomically
from studio.jobs.process import Identity

DEVICE = "cpu"
"""The one device of a machine, whatever computes there."""
UNLEASED = ("prepare", "hosted", "fetch")
"""Kinds of job that leave the device to others: they read or fetch files or watch a provider, and load no model."""
LOCAL = "local"
"""The owner of everything where one person, or one team, uses the home."""


@dataclass(frozen=True)
class Holder:
    """A job or a chat model. id: of the job or the chat process; name: for people; pid and create_time: who lives as
    long as the device is held; owner: whose it is, and the only one who is told its name."""

    kind: Literal["job", "chat"]
    id: str
    name: str
    pid: int
    create_time: float
    owner: str = LOCAL

    def same(self, other: "Holder") -> bool:
        return (self.kind, self.id) == (other.kind, other.id)


def acquire(home: Path, device: str, holder: Holder) -> None:
    """Takes the device; BusyError says who has it and what to do."""
    with locked(home, device):
        current = _current(home, device)
        if current is not None:
            raise busy(current, holder.owner)
        write(home, device, holder)


def hand_over(home: Path, device: str, holder: Holder) -> None:
    """The same job or chat, now lived by another process (the one that was started for it); BusyError when the device
    went to somebody else."""
    with locked(home, device):
        current = _current(home, device)
        if current is not None and not current.same(holder):
            raise busy(current, holder.owner)
        write(home, device, holder)


def release(home: Path, device: str, holder: Holder) -> None:
    """Gives the device back; does nothing when this job or chat does not have it."""
    with locked(home, device):
        current = _read(home, device)
        if current is not None and current.same(holder):
            _path(home, device).unlink(missing_ok=True)


def holder(home: Path, device: str) -> Holder | None:
    """Who has the device now."""
    return _current(home, device)


def _current(home: Path, device: str) -> Holder | None:
    found = _read(home, device)
    if found is None:
        return None
    living = Identity(found.pid, found.create_time).alive()
    if found.kind == "job":
        folder = home / "jobs" / found.id
        if journal.last_word(folder / journal.FILE):
            return None
        # A supervisor that was killed right after the start could not hand the lease to the job's process.
        own = process.read(folder)
        living = living or (own is not None and own.alive())
    return found if living else None


def busy(current: Holder, owner: str) -> BusyError:
    """What `owner` is told about the device that `current` has."""
    if current.owner != owner:
        return BusyError("Another visitor is using this machine.", "Wait a few minutes, then reload the page.")
    if current.kind == "chat":
        return BusyError(f"The chat with {current.name} is using this machine.", "Close the chat, then start again.")
    return BusyError(
        f"The job {current.name} is using this machine.", "Wait until it ends or stop it, then start again."
    )


def _path(home: Path, device: str) -> Path:
    return home / "leases" / f"{device}.json"


@contextmanager
def locked(home: Path, device: str) -> Iterator[None]:
    """Keeps others from changing who has the device, or waits for it. StorageError where nothing can be written."""
    path = _path(home, device)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        lock.acquire()
    except OSError as error:
        raise StorageError(f"{path.parent} cannot be written.", "Check its permissions and the free space.") from error
    try:
        yield
    finally:
        lock.release()


def _read(home: Path, device: str) -> Holder | None:
    try:
        raw = json.loads(_path(home, device).read_text(encoding="utf-8"))
        pid, create_time = int(raw["pid"]), float(raw["create_time"])
        return Holder(raw["kind"], str(raw["id"]), str(raw["name"]), pid, create_time, str(raw.get("owner", LOCAL)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(home: Path, device: str, holder: Holder) -> None:
    """Makes `holder` the one who has the device; for who holds the lock."""
    write_atomically(_path(home, device), json.dumps({"v": 1} | asdict(holder), ensure_ascii=False))
