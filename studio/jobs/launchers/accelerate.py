"""A training on all graphics cards of this machine: `accelerate launch` (Hugging Face) starts the worker once for each.

With one card or none, and for every other kind of job, it is the local launcher. How the processes share the work is
not decided here (training/team.py).
"""

import functools
import importlib.metadata
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from studio.errors import JobError
from studio.jobs import spec as specs
from studio.jobs.launchers import local

LOOK_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 5.0
MEBIBYTE = 2**20


def launch(folder: Path, secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Starts the job of `folder` on as many graphics cards as its kind can use; secrets reach the first process alone.

    Example: `launch(home / "jobs" / job, {})`. OSError when no process can be started.
    """
    count = processes(folder)
    return local.launch(folder, secrets) if count == 1 else several(folder, secrets, count)


def several(folder: Path, secrets: Mapping[str, str], count: int) -> "subprocess.Popen[bytes]":
    """Starts so many processes for the job, which are told their rank by the environment."""
    machine = ["--multi_gpu", "--num_machines", "1", "--num_processes", str(count), "--main_process_port", "0"]
    plain = ["--mixed_precision", "no", "--dynamo_backend", "no"]
    command = [sys.executable, "-m", "accelerate.commands.launch", *machine, *plain]
    return local.spawn([*command, "--module", "studio.worker", "--rank", str(folder)], folder, secrets)


def processes(folder: Path) -> int:
    """How many processes the job of `folder` is done by: trainings alone are shared."""
    try:
        shared = specs.read(folder).kind == "train"
    except JobError:
        # Its own process tells what is wrong with it.
        return 1
    return max(1, cards()) if shared else 1


@functools.cache
def cards() -> int:
    """Graphics cards of NVIDIA that jobs may use: those of CUDA_VISIBLE_DEVICES, or all the driver lists; none where
    torch was built for the processor."""
    if importlib.metadata.version("torch").endswith("+cpu"):
        return 0
    there = len([line for line in _told("--list-gpus") if line.startswith("GPU ")])
    chosen = _chosen()
    return there if chosen is None else len(chosen)


def free_bytes() -> int | None:
    """Of the fullest of these cards; None where there are none, or the driver does not tell."""
    return _free(int(time.monotonic() // LOOK_AGAIN_SECONDS)) if cards() else None


@functools.lru_cache(maxsize=1)
def _free(_when: int) -> int | None:
    told = [line.split(", ") for line in _told("--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits")]
    chosen = _chosen()
    free = [
        int(mebibytes) * MEBIBYTE
        for index, uuid, mebibytes in told
        if chosen is None or any(one == index or uuid.startswith(one) for one in chosen)
    ]
    return min(free, default=None)


def _chosen() -> list[str] | None:
    """The cards that CUDA_VISIBLE_DEVICES names, by number or by the beginning of what each is called."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return None if chosen is None else [one.strip() for one in chosen.split(",") if one.strip()]


def _told(*wanted: str) -> list[str]:
    """The driver's answer in lines; none where there is no driver."""
    try:
        return subprocess.run(
            ["nvidia-smi", *wanted], capture_output=True, text=True, timeout=LOOK_SECONDS, check=True
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return []
