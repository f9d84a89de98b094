"""Starts, finds again and stops the chat server of a home. Torch-free: the model lives in the server's own process.

A server is found by its folder, so it survives a restart of the page. No process is signalled but the one that wrote
ready.json, known by number and creation time.
"""

import contextlib
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from studio.errors import JobError, StorageError, StudioError
from studio.inference import endpoint
from studio.inference.endpoint import Endpoint
from studio.jobs import lease, process
from studio.jobs.files import write_atomically
from studio.jobs.launchers.local import LOG, spawn
from studio.jobs.lease import DEVICE, LOCAL, Holder
from studio.jobs.process import Identity
from studio.jobs.spec import Source
from studio.models import checkpoint
from studio.settings import Settings

PATIENCE_SECONDS = 300.0
"""A model of several gigabytes on a slow disk takes minutes to load."""
_END_SECONDS = 8.0
_LOG_TAIL = 2000


class ChatServers:
    """The chat servers under HOME/inference; the device's lease lets one live at a time."""

    def __init__(self, settings: Settings, patience: float = PATIENCE_SECONDS) -> None:
        self._settings = settings
        self._patience = patience
        self._root = settings.home / "inference"
        self._child: subprocess.Popen[bytes] | None = None

    def start(
        self, model: Source, model_name: str, adapters: Mapping[str, Path], name: str, owner: str = LOCAL
    ) -> Endpoint:
        """The server of this base model with these adapters (id -> checkpoint folder): the living one, or a new one,
        once it answers. owner: whose adapters these are; nobody else finds or stops it.

        Raises BusyError when a job or another chat has the device, JobError for an incomplete checkpoint or a server
        that does not come up, and what the server itself says when it cannot load the model.
        """
        folder = self._root / _server_id(model, adapters)
        with self._one_at_a_time():
            living = endpoint.find(folder)
            if living:
                return living
            me = Identity.of(os.getpid())
            holder = Holder("chat", folder.name, name, me.pid, me.create_time, owner)
            lease.acquire(self._settings.home, DEVICE, holder)
            try:
                return self._begin(folder, model, model_name, adapters, name, owner)
            except BaseException:
                self._end_child()
                lease.release(self._settings.home, DEVICE, holder)
                raise

    def current(self, owner: str = LOCAL) -> Endpoint | None:
        """The owner's living server, if there is one; started by this process or by an earlier one."""
        for folder in sorted(self._root.iterdir()) if self._root.is_dir() else []:
            found = endpoint.find(folder)
            if found and found.owner == owner:
                return found
        return None

    def stop(self, owner: str = LOCAL) -> None:
        """Ends the owner's living server and gives the device back; does nothing when there is none."""
        with self._one_at_a_time():
            found = self.current(owner)
            if found is None:
                return
            process.end(found.identity, _END_SECONDS)
            self._reap()
            holder = Holder("chat", found.id, found.name, found.pid, found.create_time, owner)
            lease.release(self._settings.home, DEVICE, holder)
            for name in (endpoint.READY, endpoint.TOKEN):
                (self._root / found.id / name).unlink(missing_ok=True)

    def _begin(
        self, folder: Path, model: Source, model_name: str, adapters: Mapping[str, Path], name: str, owner: str
    ) -> Endpoint:
        token = secrets.token_urlsafe(32)
        spec = {
            "v": 1,
            "name": name,
            "owner": owner,
            "model": model.path,
            "model_name": model_name,
            "adapters": {adapter: str(path) for adapter, path in adapters.items()},
            "idle_minutes": self._settings.chat_idle_minutes,
            "threads": self._settings.threads,
            "host": "127.0.0.1",
            "port": 0,
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for stale in (endpoint.READY, endpoint.FAILURE, endpoint.TOKEN):
                (folder / stale).unlink(missing_ok=True)
            write_atomically(folder / endpoint.SPEC, json.dumps(spec, ensure_ascii=False))
            _write_private(folder / endpoint.TOKEN, token)
            (folder / LOG).unlink(missing_ok=True)
            command = [sys.executable, "-m", "studio.inference", str(folder)]
            self._child = spawn(command, folder, {"token": token})
        except OSError as error:
            raise StorageError(f"{folder} cannot be written.", "Check its permissions and the free space.") from error
        self._hold(folder, name, owner, Identity.of(self._child.pid))
        found = self._wait(folder, self._child)
        self._hold(folder, name, owner, found.identity)
        return found

    def _hold(self, folder: Path, name: str, owner: str, identity: Identity) -> None:
        holder = Holder("chat", folder.name, name, identity.pid, identity.create_time, owner)
        lease.hand_over(self._settings.home, DEVICE, holder)

    def _wait(self, folder: Path, child: subprocess.Popen[bytes]) -> Endpoint:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            ended = child.poll() is not None
            found = endpoint.find(folder)
            if found:
                return found
            if ended:
                raise _why(folder)
            time.sleep(0.05)
        raise JobError(
            f"The chat model was not loaded within {self._patience:.0f} seconds.", "Close other programs, or try again."
        )

    def _end_child(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        process.end(Identity.of(self._child.pid), _END_SECONDS)
        self._reap()

    def _reap(self) -> None:
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_END_SECONDS)

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._root / "start.lock", timeout=self._patience)
            lock.acquire()
        except Timeout:
            raise JobError("Another chat model is being started.", "Try again in a minute.") from None
        except OSError as error:
            raise StorageError(
                f"{self._root} cannot be written.", "Check its permissions and the free space."
            ) from error
        try:
            yield
        finally:
            lock.release()


def _server_id(model: Source, adapters: Mapping[str, Path]) -> str:
    """One id for one base with one set of adapters, by content; JobError for a checkpoint that is not complete."""
    for path in adapters.values():
        checkpoint.verify(path)
    parts = [model.path, model.fingerprint]
    parts += [f"{name}={path}={checkpoint.fingerprint(path)}" for name, path in sorted(adapters.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _why(folder: Path) -> StudioError:
    try:
        told = json.loads((folder / endpoint.FAILURE).read_text(encoding="utf-8"))
        return JobError(str(told["happened"]), str(told["remedy"]))
    except (OSError, ValueError, KeyError, TypeError):
        tail = (folder / LOG).read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:].strip()
        last = tail.splitlines()[-1] if tail else "it left no message"
        return JobError(f"The chat model ended while it was loading: {last}.", f"Look into {folder / LOG}.")


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
