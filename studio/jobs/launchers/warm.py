"""A worker that has imported what a training needs and waits for a job, so that the first step comes sooner.

It holds no model, lives in a session of its own, and ends when nobody needs it for IDLE_SECONDS or when the process
that started it goes. Whatever goes wrong with it, the job starts cold instead. What it imports is not covered here
(studio.worker).
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from studio.errors import JobError
from studio.jobs import spec
from studio.jobs.launchers import accelerate, local

IDLE_SECONDS = 600
TAKEN_SECONDS = 5.0
"""How long a worker that said it is ready may take to say that it has the job."""
READY, TAKEN = "ready", "taken"
KINDS = ("train", "evaluate", "apply")
"""Of jobs that wait for the imports most; a rehearsal before a training leaves it to that."""


class Warm:
    """Keeps at most one warm worker for jobs with so many threads. Safe to use from several threads."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._waiting: _Waiting | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Starts a worker unless one waits already; returns at once."""
        with self._lock:
            if self._waiting is None or not self._waiting.alive():
                try:
                    self._waiting = _Waiting(self._threads)
                except OSError:
                    # The job will be started cold, and says what is wrong with this machine.
                    self._waiting = None

    def launch(self, folder: Path, secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """A launcher (see launchers): the worker that waits, where there is one and it suits, else a new process."""
        with self._lock:
            waiting = self._waiting
            if waiting is None or not waiting.ready.is_set() or not self._suits(folder):
                return accelerate.launch(folder, secrets)
            self._waiting = None
        return waiting.process if waiting.take(folder, secrets) else accelerate.launch(folder, secrets)

    def end(self) -> None:
        """Lets the waiting worker go."""
        with self._lock:
            if self._waiting is not None:
                self._waiting.dismiss()
            self._waiting = None

    def _suits(self, folder: Path) -> bool:
        try:
            found = spec.read(folder)
        except JobError:
            return False
        return found.kind in KINDS and found.work.threads == self._threads and accelerate.processes(folder) == 1


class _Waiting:
    """One worker that waits. ready: whether it has said so."""

    def __init__(self, threads: int) -> None:
        command = [sys.executable, "-m", "studio.worker", "--wait", str(threads), str(IDLE_SECONDS)]
        self.process = subprocess.Popen(
            command,
            env=local.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.ready, self._taken = threading.Event(), threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def alive(self) -> bool:
        return self.process.poll() is None

    def take(self, folder: Path, secrets: Mapping[str, str]) -> bool:
        """Hands it the job; False where it does not take it, and then it never will."""
        assert self.process.stdin is not None
        line = json.dumps({"folder": str(folder), "secrets": dict(secrets)}).encode() + b"\n"
        try:
            with self.process.stdin as pipe:
                pipe.write(line)
        except OSError:
            pass
        if self._taken.wait(TAKEN_SECONDS):
            return True
        self.dismiss()
        return False

    def dismiss(self) -> None:
        self.process.kill()
        self.process.wait()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                word = line.decode(errors="replace").strip()
                if word == READY:
                    self.ready.set()
                elif word == TAKEN:
                    self._taken.set()
                    return
        # It ended without a job.
        self.ready.clear()
        self.process.wait()
