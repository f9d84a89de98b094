"""What the machine gives to a training process: processor threads, and how much memory it uses of it."""

import sys
from pathlib import Path

import psutil
import torch

from studio.jobs import processors


def use_threads(wanted: int, sharing: int = 1) -> int:
    """Makes torch compute with `wanted` threads (0: all the container allows), divided among so many processes;
    returns how many."""
    threads = max(1, (wanted or processors.allowed()) // sharing)
    torch.set_num_threads(threads)
    return threads


def memory_bytes() -> int:
    """Memory in use now: the GPU's where one is used, else the resident memory of this process."""
    if torch.cuda.is_available():
        return torch.cuda.memory_reserved()
    return int(psutil.Process().memory_info().rss)


def peak_memory_bytes() -> int:
    """The most memory in use so far, counted like `memory_bytes`."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved()
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    if sys.platform == "linux":
        # What getrusage tells begins with the memory of the process that started this one.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # kilobytes everywhere but on macOS
    return peak if sys.platform == "darwin" else peak * 1024
