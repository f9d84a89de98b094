"""Who waits for a device, in which order: HOME/leases/<device>.queue.json, changed only under the lease's file lock.

First come, first served; a place may be moved. A waiting job waits in its own process, which takes the device itself
when its turn comes, so nobody has to be there to start it. A process that ended waits no more.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.jobs import lease
from studio.jobs.files import write_atomically
from studio.jobs.lease import Holder
from studio.jobs.process import Identity


def take(home: Path, device: str, job: Holder) -> bool:
    """Takes the device when nobody has it and nobody who waits came first; else the job has a place in the line."""
    with lease.locked(home, device):
        line = _line(home, device)
        if not any(item.same(job) for item in line):
            line.append(job)
        current = lease.holder(home, device)
        # A job that goes on may still be named by the lease of its earlier process.
        if (current is None or current.same(job)) and line[0].same(job):
            lease.write(home, device, job)
            line = line[1:]
            taken = True
        else:
            taken = False
        _write(home, device, line)
        return taken


def leave(home: Path, device: str, job: str) -> None:
    """Gives the place up; does nothing for who has none."""
    with lease.locked(home, device):
        _write(home, device, [item for item in _line(home, device) if item.id != job])


def waiting(home: Path, device: str) -> list[Holder]:
    """Who waits, the next one first."""
    return _line(home, device)


def move(home: Path, device: str, job: str, places: int) -> None:
    """Moves a waiting job by so many places (-1: one forward), among those of its own owner alone: their places are
    exchanged, those of others stay."""
    with lease.locked(home, device):
        line = _line(home, device)
        mine = next((item for item in line if item.id == job), None)
        if mine is None:
            return
        own = [number for number, item in enumerate(line) if item.owner == mine.owner]
        order = [line[number] for number in own]
        at = order.index(mine)
        order.insert(max(0, at + places), order.pop(at))
        for number, item in zip(own, order, strict=True):
            line[number] = item
        _write(home, device, line)


def _line(home: Path, device: str) -> list[Holder]:
    try:
        found = json.loads(_path(home, device).read_text(encoding="utf-8"))["waiting"]
        line = [_holder(item) for item in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [item for item in line if Identity(item.pid, item.create_time).alive()]


def _holder(raw: dict[str, Any]) -> Holder:
    found = Holder(**{name: raw[name] for name in ("kind", "id", "name", "pid", "create_time", "owner")})
    return replace(found, pid=int(found.pid), create_time=float(found.create_time))


def _write(home: Path, device: str, line: list[Holder]) -> None:
    write_atomically(
        _path(home, device), json.dumps({"v": 1, "waiting": [asdict(item) for item in line]}, ensure_ascii=False)
    )


def _path(home: Path, device: str) -> Path:
    return home / "leases" / f"{device}.queue.json"
