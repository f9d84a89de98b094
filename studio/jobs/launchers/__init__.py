"""The places a job can run. A new one is one file and one line here; today every job runs on this machine."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.jobs.launchers import accelerate, local

# Starts the worker on a job folder and hands it the secrets through its standard input.
Launcher = Callable[[Path, Mapping[str, str]], "subprocess.Popen[bytes]"]

LAUNCHERS: tuple[Launcher, ...] = (local.launch, accelerate.launch)
