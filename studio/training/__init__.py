"""The body of a training job, and the only room with a training loop. Loads torch: for job processes alone."""

import os

# Read once, when torch loads its threads. Threads that wait by spinning made a run eight times slower where another
# process wanted the same two cores (page, browser, evaluation); asleep, they cost a few per cent on an idle machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
