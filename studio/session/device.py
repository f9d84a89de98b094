"""What the work runs on: processor cores and free memory within the container's limits, and who holds the device."""

from pathlib import Path

import psutil

from studio.jobs import lease, processors
from studio.jobs.launchers import accelerate
from studio.session.values import Device
from studio.settings import Settings

CGROUP = Path("/sys/fs/cgroup")
GIGABYTE = 10**9


def device(settings: Settings) -> Device:
    count, free = processors.allowed(), free_memory_bytes()
    word = "core" if count == 1 else "cores"
    line = f"CPU, {count} {word}, {free / GIGABYTE:.0f} GB free"
    if (of_card := accelerate.free_bytes()) is not None:
        cards, room = accelerate.cards(), f"{of_card / GIGABYTE:.0f} GB free"
        line = f"1 graphics card, {room}; {line}" if cards == 1 else f"{cards} graphics cards, {room} each; {line}"
    return Device(line, count, free, lease.holder(settings.home, "cpu"))


def tuning_memory_bytes() -> int:
    """Free memory that a model can be tuned in: of all graphics cards, over which it may be divided, else the
    machine's own."""
    free = accelerate.free_bytes()
    return free_memory_bytes() if free is None else free * accelerate.cards()


def free_memory_bytes(cgroup: Path = CGROUP) -> int:
    """Memory that can still be taken: what the system has, cut by the container's limit (cgroup v2 memory.max)."""
    free = psutil.virtual_memory().available
    limit, used = _words(cgroup / "memory.max"), _words(cgroup / "memory.current")
    if limit and used and limit[0] != "max":
        free = min(free, max(0, int(limit[0]) - int(used[0]) + _file_cache(cgroup)))
    return free


def _file_cache(cgroup: Path) -> int:
    # The kernel gives the file cache back when memory is needed, so it does not count as taken.
    words = _words(cgroup / "memory.stat")
    return int(words[words.index("inactive_file") + 1]) if "inactive_file" in words else 0


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
