"""How the tests of this room start real jobs, and wait for what they wait for."""

import sys
import time
from pathlib import Path

from studio.jobs.launchers import local
from studio.jobs.spec import Source, Spec, Train
from studio.jobs.supervisor import Supervisor
from studio.settings import Settings

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent


def spec(job="job-1", name="Fruit, LoRA balanced", threads=0):
    source = Source("/nowhere", "0" * 64)
    work = Train(source, source, source, "tiny", "lora", {}, threads)
    return Spec(job, "train", name, "2026-01-01T00:00:00+00:00", work)


def launcher(body):
    """A launcher whose jobs have the body of that name in bodies.py."""

    def launch(folder, secrets):
        return local.spawn([sys.executable, str(HERE / "bodies.py"), body, str(folder)], folder, secrets)

    return launch


def supervisor(home, body="steps", **options):
    return Supervisor(Settings(home=home), launcher(body), **options)


def until(holds, seconds=60):
    """Waits for what must come; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.02)
    return value
