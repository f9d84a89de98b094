"""How many processor threads a job may use within its container, and how they wait for each other."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def allowed(cgroup: Path = CGROUP) -> int:
    """Threads that can run at once: the processors this process may use, cut by the container's quota (cgroup v2
    cpu.max or v1 cpu.cfs_quota_us; a started processor counts)."""
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, min(count, math.ceil(quota))) if quota else count


def prepare(threads: int = 0) -> None:
    """Sets what OpenMP reads at start, so call it before torch is imported. threads: 0 means all that are allowed.

    Threads wait asleep: where the processors are shared, spinning ones cost nine tenths of the speed (measured).
    """
    os.environ["OMP_NUM_THREADS"] = str(threads or allowed())
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


def _quota(cgroup: Path) -> float | None:
    """Processors the container may use; None without a limit."""
    words = _words(cgroup / "cpu.max") or (
        _words(cgroup / "cpu" / "cpu.cfs_quota_us") + _words(cgroup / "cpu" / "cpu.cfs_period_us")
    )
    if len(words) != 2 or words[0] in ("max", "-1"):
        return None
    return int(words[0]) / int(words[1])


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:
        return []
