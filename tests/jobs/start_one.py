"""A supervisor in a process of its own: `python start_one.py HOME BODY JOB [FILE]`; starts the job once FILE is there,
prints what came of it, and stays until it is killed or its standard input ends."""

import sys
import time
from pathlib import Path

from tests.jobs.helpers import spec, supervisor

home, body, job = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
watcher = supervisor(home, body)
print("ready", flush=True)
while len(sys.argv) > 4 and not Path(sys.argv[4]).exists():
    time.sleep(0.0005)
watcher.start(spec(job, name=f"Run of {job}"))
print("started", flush=True)
sys.stdin.read()
