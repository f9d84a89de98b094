"""Starts jobs, stops them, and tells where they stand, from their folders alone: a supervisor that was killed leaves
nothing behind that the next one would need. What a job does is not covered here (worker and the bodies it calls)."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.errors import JobError, NotFoundError, StorageError
from studio.jobs import control, journal, lease, process, queue
from studio.jobs import spec as specs
from studio.jobs.journal import Page
from studio.jobs.launchers import LAUNCHERS, Launcher
from studio.jobs.launchers.local import LOG
from studio.jobs.lease import DEVICE, Holder
from studio.jobs.process import Identity
from studio.jobs.spec import Spec
from studio.jobs.state import JobState
from studio.settings import Settings

STOP_SECONDS = 30.0
# On top of what it had to stop by itself; one that prepares has nothing to lose.
_END_SECONDS = 2.0
_POLL_SECONDS = 0.2
_LOG_BYTES = 4096


class Supervisor:
    """Watches over the jobs of one home. Safe to use from several threads, and beside other supervisors of that home.

    stop_seconds: how long a job that was asked to stop may take before it is ended.
    """

    def __init__(self, settings: Settings, launch: Launcher = LAUNCHERS[0], stop_seconds: float = STOP_SECONDS) -> None:
        self._home = settings.home
        self._jobs = settings.jobs_folder
        self._launch = launch
        self._stop_seconds = stop_seconds
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._folded: dict[str, tuple[str | None, JobState]] = {}
        self._enders: dict[str, threading.Thread] = {}
        self._lock = threading.RLock()

    def start(self, spec: Spec, secrets: Mapping[str, str] | None = None) -> None:
        """Makes the job's folder and starts its process, which waits for the device by itself where its kind needs it;
        returns at once.

        JobError when the job exists, StorageError when the folder or the process cannot be made. Nothing is left behind
        then.
        """
        folder = self._folder(spec.job)
        self._make(folder, spec)
        try:
            self._launched(spec.job, secrets or {})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def resume(self, job: str, secrets: Mapping[str, str] | None = None) -> None:
        """Starts a process again for a job that can go on where it stood; JobError when it cannot."""
        if not self.state(job).resumable:
            raise JobError("This job cannot go on.", "Start it again with its settings.")
        self._request(job, "resume")
        self._launched(job, secrets or {})

    def stop(self, job: str) -> None:
        """Asks the job to end and keep what it has; one that is still preparing, or does not react in time, is ended.

        Asking twice is fine. NotFoundError for an unknown job, JobError for one that already ended.
        """
        self._end(job, "stop")

    def cancel(self, job: str) -> None:
        """Asks the job to end and keep nothing; errors as for stop."""
        self._end(job, "cancel")

    def ask(self, job: str, what: control.What) -> None:
        """Asks a job at work for something that does not end it; JobError when it is not at work."""
        if self.state(job).ended:
            raise JobError("This job is not at work.", "Follow it again first.")
        control.request(self._folder(job), what)

    def follow(self, job: str, secrets: Mapping[str, str]) -> None:
        """Starts a process again for a job that goes on at a provider; JobError when it is followed or over."""
        state = self.state(job)
        if state.state != "interrupted" or state.remote is None:
            raise JobError("This job needs nobody to follow it.", "Look at its state.")
        self._launched(job, secrets)

    def state(self, job: str) -> JobState:
        """Where the job stands now. Reads only what its journal gained since the last time."""
        folder = self._folder(job)
        with self._lock:
            child = self._children.get(job)
            if child is not None and child.poll() is not None:
                del self._children[job]
            # Liveness first: whatever a process wrote before it was found dead is then already in the journal.
            alive = self._alive(folder)
            cursor, known = self._folded.get(job) or (None, JobState(kind=_kind(folder)))
            page = journal.read(folder / journal.FILE, cursor)
            asked = control.read(folder)
            state = replace(known.advance(page.events), torn=known.torn + len(page.torn))
            state = state.observed(asked.what if asked else None, alive)
            self._folded[job] = (page.cursor, state)
        # A job at a provider is never ended by force: it would go on there, and nobody would cancel it.
        if asked is not None and state.state == "stopping" and state.remote is None:
            self._watch_the_stop(job, asked)
        if state.state == "waiting":
            line = [item.id for item in queue.waiting(self._home, DEVICE)]
            return replace(state, ahead=line.index(job) if job in line else 0)
        return replace(state, log=_log_tail(folder)) if state.state == "interrupted" else state

    def events(self, job: str, since: str | None = None, limit: int | None = None) -> Page:
        """The job's events after a cursor (see journal.read)."""
        return journal.read(self._folder(job) / journal.FILE, since, limit)

    def wait(self, job: str, on_event: Callable[[dict[str, Any]], None] | None = None) -> JobState:
        """Blocks until the job ended, calling `on_event` with each event in order; returns where it then stands."""
        cursor = "0"
        while True:
            state = self.state(job)
            page = self.events(job, cursor)
            cursor = page.cursor
            for event in page.events:
                if on_event is not None:
                    on_event(event)
            if state.ended:
                return state
            time.sleep(_POLL_SECONDS)

    def holder(self) -> Holder | None:
        """The job or chat that has the device now."""
        return lease.holder(self._home, DEVICE)

    def move(self, job: str, places: int) -> None:
        """Moves a waiting job in the line (see queue.move)."""
        queue.move(self._home, DEVICE, job, places)

    def _folder(self, job: str) -> Path:
        if not job or not all(letter.isalnum() or letter in "-_" for letter in job):
            raise NotFoundError(f"There is no job {job[:80]}.", "See all jobs with studio runs.")
        return self._jobs / job

    def _end(self, job: str, what: control.What) -> None:
        if not self._folder(job).is_dir():
            raise NotFoundError(f"There is no job {job}.", "See all jobs with studio runs.")
        if self.state(job).ended:
            raise JobError("This job has already ended.", "There is nothing to stop.")
        self._request(job, what)
        self.state(job)

    def _request(self, job: str, what: control.What) -> None:
        try:
            control.request(self._folder(job), what)
        except OSError as error:
            raise StorageError(
                "What was asked of the job cannot be written.", "Free some space on the disk."
            ) from error

    def _make(self, folder: Path, spec: Spec) -> None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
            spec.write(folder)
        except FileExistsError:
            raise JobError(f"There already is a job {spec.job}.", "Start it under another id.") from None
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            remedy = "Check the permissions and the free space of the disk."
            raise StorageError(f"The folder of the job {spec.name} cannot be written.", remedy) from error

    def _launched(self, job: str, secrets: Mapping[str, str]) -> None:
        """A process for the job, known by its folder from here on."""
        folder = self._folder(job)
        try:
            process.write(folder, Identity.of(os.getpid()), process.STARTER)
            (folder / process.FILE).unlink(missing_ok=True)
            child = self._launch(folder, secrets)
        except OSError as error:
            (folder / process.STARTER).unlink(missing_ok=True)
            remedy = "Close other programs and free some space on the disk, then try again."
            raise StorageError("The process of the job cannot be started.", remedy) from error
        with self._lock:
            self._children[job] = child
        try:
            identity = Identity.of(child.pid)
        except JobError:
            # It ended at once; its folder tells.
            (folder / process.STARTER).unlink(missing_ok=True)
            return
        try:
            process.write(folder, identity)
        except OSError as error:
            process.end(identity, _END_SECONDS)
            raise StorageError("The job's folder cannot be written.", "Free some space on the disk.") from error

    def _alive(self, folder: Path) -> bool | None:
        """Whether the job's process lives; None while it is being started."""
        identity = process.read(folder)
        if identity is not None:
            return identity.alive()
        starter = process.read(folder, process.STARTER)
        return None if starter is not None and starter.alive() else False

    def _watch_the_stop(self, job: str, asked: control.Request) -> None:
        """Has one thread end the job when it does not end by itself. Any supervisor that sees the stop does so, in case
        the one that was asked is gone."""
        with self._lock:
            ender = self._enders.get(job)
            if ender is None or not ender.is_alive():
                ender = threading.Thread(target=self._end_when_due, args=(job, asked.time), daemon=True)
                self._enders[job] = ender
                ender.start()

    def _end_when_due(self, job: str, asked_at: float) -> None:
        folder = self._folder(job)
        while not (state := self.state(job)).ended and state.remote is None:
            preparing = state.word != "running" and state.word != "stopping"
            if preparing or time.time() - asked_at > self._stop_seconds:
                identity = process.read(folder)
                if identity is not None:
                    process.end(identity, _END_SECONDS)
            time.sleep(_POLL_SECONDS)


def _kind(folder: Path) -> str:
    try:
        return specs.read(folder).kind
    except JobError:
        return ""


def _log_tail(folder: Path) -> str:
    """The end of what the job printed."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
