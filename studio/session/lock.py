"""The lock of one home folder: whoever starts or changes something holds it for that moment, page and command line
alike. It does not say who holds the device: that is the lease's business (studio.jobs.lease)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from studio.errors import BusyError, StorageError

PATIENCE_SECONDS = 20.0


@contextmanager
def hold(home: Path, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Holds HOME/studio.lock; BusyError when another process or thread keeps it for longer than `seconds`."""
    # A lock object of its own for every holder: a shared one would let a second thread of this process in.
    lock = FileLock(home / "studio.lock")
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        raise BusyError(
            "Another window or command is changing something in this home folder.",
            "Wait until it is done, then try again.",
        ) from None
    except OSError as error:
        raise StorageError(
            f"The lock file in {home} cannot be written ({error.strerror or error}).",
            "Check the rights of the folder, or choose another one with STUDIO_HOME.",
        ) from error
    try:
        yield
    finally:
        lock.release()
