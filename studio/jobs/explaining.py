"""What went wrong in a job, in words for a person."""

import errno
import traceback

from studio.errors import CheckpointError, DivergedError, StudioError
from studio.jobs.events import Failure


def explain(error: Exception) -> Failure:
    """What went wrong, for a person; the traceback goes into the details."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, StudioError):
        reasons: dict[type, str] = {DivergedError: "diverged", CheckpointError: "checkpoint"}
        return Failure(error.happened, error.remedy, details, reasons.get(type(error), ""))
    words = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words:
        remedy = "Close other programs, or choose a smaller model, fewer tokens per step or shorter examples."
        return Failure("The memory of this machine ran out.", remedy, details, "memory")
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    # Libraries that are not written in Python put the system's words into errors of their own.
    if full or any(said in words for said in ("no space left", "file too large", "disk quota exceeded")):
        return Failure("The disk is full.", "Free some space, then go on, or start again.", details, "disk")
    if isinstance(error, OSError) and error.filename is not None:
        happened = f"The file {error.filename} cannot be used: {error.strerror}."
        return Failure(happened, "Check that it is there and may be read, then start again.", details)
    happened = "The job met a fault in the studio itself."
    return Failure(happened, "Start it again; if that happens twice, report the details below.", details)
