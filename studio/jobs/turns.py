"""A job's process waits for its turn at the device. It holds no model meanwhile, and hears whoever asks it to end."""

import os
import time
from pathlib import Path
from typing import Literal

from studio.jobs import control, queue
from studio.jobs.events import State
from studio.jobs.journal import Journal
from studio.jobs.lease import DEVICE, UNLEASED, Holder
from studio.jobs.process import Identity
from studio.jobs.spec import Spec

POLL_SECONDS = 0.2
Left = Literal["stopped", "cancelled", "paused"]
_LEAVES: dict[str | None, Left] = {"stop": "stopped", "cancel": "cancelled", "pause": "paused"}


def wait(folder: Path, spec: Spec, journal: Journal) -> Left | None:
    """None once the job has the device, or needs none; else how it left the line."""
    if spec.kind in UNLEASED:
        return None
    home, me = folder.parent.parent, Identity.of(os.getpid())
    job = Holder("job", spec.job, spec.name, me.pid, me.create_time, spec.owner)
    told = False
    while not queue.take(home, DEVICE, job):
        if not told:
            journal.append(State("waiting"))
            told = True
        left = _LEAVES.get(control.requested(folder))
        if left is not None:
            queue.leave(home, DEVICE, spec.job)
            return left
        time.sleep(POLL_SECONDS)
    if told:
        journal.append(State("preparing"))
    return None
