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
from studio.jobs import control, journal, lease, process
from studio.jobs.journal import Page
from studio.jobs.launchers import LAUNCHERS, Launcher
from studio.jobs.launchers.local import LOG
from studio.jobs.lease import Holder
from studio.jobs.process import Identity
from studio.jobs.spec import Spec
from studio.jobs.state import JobState
from studio.settings import Settings

DEVICE = "cpu"
UNLEASED = ("prepare", "hosted", "fetch")
"""Kinds of job that leave the device to others: they read or fetch files or watch a provider, and load no model."""
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

    def start(self, spec: Spec, secrets: Mapping[str, str] | None = None, owner: str = lease.LOCAL) -> None:
        """Makes the job's folder, takes the device for `owner` where its kind needs it, and starts its process; returns
        at once.

        BusyError when a job or a chat has the device, JobError when the job exists, StorageError when the folder or the
        process cannot be made. Nothing is left behind then.
        """
        folder = self._folder(spec.job)
        me = Identity.of(os.getpid())
        holder = None
        if spec.kind not in UNLEASED:
            holder = Holder("job", spec.job, spec.name, me.pid, me.create_time, owner)
            lease.acquire(self._home, DEVICE, holder)
        try:
            self._make(folder, spec, me)
            child = self._spawn(folder, secrets or {})
        except BaseException:
            if holder is not None:
                lease.release(self._home, DEVICE, holder)
            raise
        with self._lock:
            self._children[spec.job] = child
        self._hand_over(folder, holder, child.pid)

    def stop(self, job: str) -> None:
        """Asks the job to end and keep what it has; one that is still preparing, or does not react in time, is ended.

        Asking twice is fine. NotFoundError for an unknown job, JobError for one that already ended.
        """
        folder = self._folder(job)
        if not folder.is_dir():
            raise NotFoundError(f"There is no job {job}.", "See all jobs with studio runs.")
        if self.state(job).ended:
            raise JobError("This job has already ended.", "There is nothing to stop.")
        try:
            control.request(folder, "stop")
        except OSError as error:
            raise StorageError("The request to stop cannot be written.", "Free some space on the disk.") from error
        self.state(job)

    def ask(self, job: str, what: control.What) -> None:
        """Asks a job at work for something that does not end it; JobError when it is not at work."""
        if self.state(job).ended:
            raise JobError("This job is not at work.", "Follow it again first.")
        control.request(self._folder(job), what)

    def follow(self, job: str, secrets: Mapping[str, str]) -> None:
        """Starts a process again for a job that goes on at a provider; JobError when it is followed or over."""
        folder = self._folder(job)
        state = self.state(job)
        if state.state != "interrupted" or state.remote is None:
            raise JobError("This job needs nobody to follow it.", "Look at its state.")
        process.write(folder, Identity.of(os.getpid()), process.STARTER)
        (folder / process.FILE).unlink(missing_ok=True)
        try:
            child = self._launch(folder, secrets)
        except OSError as error:
            (folder / process.STARTER).unlink(missing_ok=True)
            raise StorageError(
                "The process of the job cannot be started.", "Close other programs, and try again."
            ) from error
        with self._lock:
            self._children[job] = child
        process.write(folder, Identity.of(child.pid))

    def state(self, job: str) -> JobState:
        """Where the job stands now. Reads only what its journal gained since the last time."""
        folder = self._folder(job)
        with self._lock:
            child = self._children.get(job)
            if child is not None and child.poll() is not None:
                del self._children[job]
            # Liveness first: whatever a process wrote before it was found dead is then already in the journal.
            alive = self._alive(folder)
            cursor, known = self._folded.get(job, (None, JobState()))
            page = journal.read(folder / journal.FILE, cursor)
            asked = control.read(folder)
            state = known.advance(page.events).observed(asked.what if asked else None, alive)
            self._folded[job] = (page.cursor, state)
        # A job at a provider is never ended by force: it would go on there, and nobody would cancel it.
        if asked is not None and state.state == "stopping" and state.remote is None:
            self._watch_the_stop(job, asked)
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

    def _folder(self, job: str) -> Path:
        if not job or not all(letter.isalnum() or letter in "-_" for letter in job):
            raise NotFoundError(f"There is no job {job[:80]}.", "See all jobs with studio runs.")
        return self._jobs / job

    def _make(self, folder: Path, spec: Spec, me: Identity) -> None:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
            process.write(folder, me, process.STARTER)
            spec.write(folder)
        except FileExistsError:
            raise JobError(f"There already is a job {spec.job}.", "Start it under another id.") from None
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            remedy = "Check the permissions and the free space of the disk."
            raise StorageError(f"The folder of the job {spec.name} cannot be written.", remedy) from error

    def _spawn(self, folder: Path, secrets: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        try:
            return self._launch(folder, secrets)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StorageError(
                "The process of the job cannot be started.", "Close other programs, and try again."
            ) from error

    def _hand_over(self, folder: Path, holder: Holder | None, pid: int) -> None:
        """From here on the job's process has the device, and whoever comes next knows whom to ask."""
        try:
            identity = Identity.of(pid)
        except JobError:
            # It ended at once; its folder tells.
            (folder / process.STARTER).unlink(missing_ok=True)
            if holder is not None:
                lease.release(self._home, DEVICE, holder)
            return
        try:
            process.write(folder, identity)
            if holder is not None:
                lease.hand_over(self._home, DEVICE, replace(holder, pid=identity.pid, create_time=identity.create_time))
        except (OSError, StorageError) as error:
            process.end(identity, _END_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)
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


def _log_tail(folder: Path) -> str:
    """The end of what the job printed."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
