"""Who a process is: its number and the time it was created. A number alone is never trusted, and never signalled."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psutil

from studio.errors import JobError
from studio.jobs.files import write_atomically

FILE = "process.json"
STARTER = "starter.json"
"""Who starts the job: until the job's own process is known, it is being started as long as this one lives."""
# Linux derives the creation time from the boot time, which moves by a second when the clock is set.
_CLOCK_STEP_SECONDS = 1.5
_GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


@dataclass(frozen=True)
class Identity:
    """One process. create_time: seconds since 1970, as psutil gives it."""

    pid: int
    create_time: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The identity of a process that runs now; JobError when there is none of that number."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            raise JobError(
                "The process ended as soon as it was started.", "Look into its log, then start again."
            ) from None

    def find(self) -> psutil.Process | None:
        """The living process; None when it ended, waits only to be reaped, or another one has its number."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.create_time) <= _CLOCK_STEP_SECONDS
            return process if same and process.status() not in _GONE else None
        except psutil.NoSuchProcess:
            return None

    def alive(self) -> bool:
        return self.find() is not None


def write(folder: Path, identity: Identity, file: str = FILE) -> None:
    write_atomically(folder / file, json.dumps({"v": 1} | asdict(identity)))


def read(folder: Path, file: str = FILE) -> Identity | None:
    """Who works on the job of `folder`, by its own account or its supervisor's; None when nobody wrote it yet."""
    try:
        raw = json.loads((folder / file).read_text(encoding="utf-8"))
        identity = Identity(int(raw["pid"]), float(raw["create_time"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return identity if identity.pid > 0 else None


def end(identity: Identity, patience: float) -> None:
    """Ends a process with all that it started: asks (terminate), waits `patience` seconds, then kills.

    Does nothing when the process is not the one that was meant.
    """
    leader = identity.find()
    if leader is None:
        return
    members = set(_members(leader))
    for member in members:
        _signal(member, kill=False)
    _wait(members, patience)
    # What was started meanwhile is ended too.
    left = {member for member in members | set(_members(leader)) if _living(member)}
    for member in left:
        _signal(member, kill=True)
    _wait(left, patience)


def _wait(processes: set[psutil.Process], seconds: float) -> None:
    # Not psutil.wait_procs: it takes the exit code of a child away from its Popen, and waits for zombies of others.
    deadline = time.monotonic() + seconds
    while any(map(_living, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _living(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() not in _GONE
    except psutil.NoSuchProcess:
        return False


def _members(leader: psutil.Process) -> Iterator[psutil.Process]:
    """The leader, its descendants, and on POSIX whoever else is in its process group."""
    try:
        found = {leader, *leader.children(recursive=True)}
    except psutil.NoSuchProcess:
        found = {leader}
    if os.name == "posix":
        found |= {process for process in psutil.process_iter() if _group(process.pid) == leader.pid}
    return iter(found)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _signal(process: psutil.Process, kill: bool) -> None:
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return
