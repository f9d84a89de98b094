"""A job as a process of this machine, in a process group of its own, so that it outlives whoever started it."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import studio

LOG = "worker.log"
# A job gets its keys through its standard input; what lies in the environment can be read by every other process.
SECRET_VARIABLES = (
    *("OPENAI_API_KEY", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "WANDB_API_KEY", "TRACKIO_WRITE_TOKEN"),
    *("STUDIO_DATABASE_URL", "STUDIO_PASSWORD", "STUDIO_SECRET"),
)


def launch(folder: Path, secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Starts `python -m studio.worker FOLDER` on this machine.

    Example: `launch(home / "jobs" / job, {})`. OSError when no process can be started.
    """
    return spawn([sys.executable, "-m", "studio.worker", str(folder)], folder, secrets)


def spawn(command: Sequence[str], folder: Path, secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Starts `command` in the job's folder, its output going to worker.log there; its standard input is one line of
    JSON with the secrets (nothing when there are none), then the end."""
    with (folder / LOG).open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    assert child.stdin is not None
    try:
        with child.stdin as pipe:
            if secrets:
                pipe.write(json.dumps(dict(secrets)).encode() + b"\n")
    except BrokenPipeError:
        # The child ended at once; the fold over its folder says so.
        pass
    return child


def environment() -> dict[str, str]:
    """What a job's process finds in its environment: ours without keys, and the way to this package."""
    found = {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
    checkout = str(Path(studio.__file__).parent.parent)
    if checkout not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        # Not installed: the job's folder is no place to find the package from.
        known = found.get("PYTHONPATH")
        found["PYTHONPATH"] = os.pathsep.join([checkout, known] if known else [checkout])
    return found
