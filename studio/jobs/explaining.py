"""What went wrong in a job, in words for a person."""

import errno
import traceback

from studio.errors import CheckpointError, DivergedError, StudioError
from studio.jobs.events import Failure


def explain(error: Exception) -> Failure:
    """What went wrong, for a person; the traceback goes into the details."""
    details = "".join(traceback.format_exception(error))
    if (place := _full_memory(error)) is not None:
        remedy = "Close other programs, or choose a smaller model, fewer tokens per step or shorter examples."
        return Failure(f"The memory of {place} ran out.", remedy, details, "memory")
    if isinstance(error, StudioError):
        reasons: dict[type, str] = {DivergedError: "diverged", CheckpointError: "checkpoint"}
        return Failure(error.happened, error.remedy, details, reasons.get(type(error), ""))
    words = str(error).lower()
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    # Libraries that are not written in Python put the system's words into errors of their own.
    if full or any(said in words for said in ("no space left", "file too large", "disk quota exceeded")):
        return Failure("The disk is full.", "Free some space, then go on, or start again.", details, "disk")
    if isinstance(error, OSError) and error.filename is not None:
        happened = f"The file {error.filename} cannot be used: {error.strerror}."
        return Failure(happened, "Check that it is there and may be read, then start again.", details)
    happened = "The job met a fault in the studio itself."
    return Failure(happened, "Start it again; if that happens twice, report the details below.", details)


NO_MEMORY = ("out of memory", "allocate memory", "not enough memory", "bad_alloc", "bad allocation")
"""In the errors of torch, of libraries that are not written in Python, and of the system."""


def _full_memory(error: BaseException) -> str | None:
    """Whose memory ran out, if that is what the error or its cause says."""
    words = str(error).lower()
    refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if isinstance(error, MemoryError) or refused or any(said in words for said in NO_MEMORY):
        return "the graphics card" if "cuda" in words else "this machine"
    # words of our own for a file that cannot be read may stand for it
    return _full_memory(error.__cause__) if error.__cause__ is not None else None
