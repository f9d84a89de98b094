"""What can go wrong, in two sentences each: what happened, and what to do.

StudioError
├── UsageError        the command or setting cannot be used like this (exit code 2)
├── DataError         a file or row of the user's data (carries line and field)
├── OptionError       a method's option is out of bounds or unknown (carries the field; several at once: see problems)
├── ModelError        a base model that is missing, unsafe or unfit
├── NotFoundError     an id that this owner has nothing under
├── BusyError         the device is held by another job or chat
├── JobError          a job that cannot do what was asked of it in its present state
│   ├── DivergedError     a training whose loss exploded or is no longer a number
│   └── CheckpointError   a checkpoint that is incomplete, or was changed
├── StorageError      the disk or the database refused
├── ServiceError      a service elsewhere that refuses, fails or is silent (says whether it may have done its work)
├── LostSightError    a job at a provider goes on (or may have begun), and we cannot follow it now
└── CancelledError    the user stopped what was under way; nothing of it is left

Foreign exceptions are mapped to these where they enter (file system, database, libraries), never passed to a user.
"""


class StudioError(Exception):
    """Base of all errors a user may see. `happened` and `remedy` are one plain sentence each."""

    exit_code = 1

    def __init__(self, happened: str, remedy: str, *, line: int | None = None, field: str | None = None) -> None:
        super().__init__(f"{happened} {remedy}".strip())
        self.happened = happened
        self.remedy = remedy
        self.line = line
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.happened, self.remedy, self.line, self.field))


def _rebuild(kind: type[StudioError], happened: str, remedy: str, line: int | None, field: str | None) -> StudioError:
    return kind(happened, remedy, line=line, field=field)


class UsageError(StudioError):
    exit_code = 2


class DataError(StudioError):
    pass


class OptionError(StudioError):
    pass


class ModelError(StudioError):
    pass


class NotFoundError(StudioError):
    exit_code = 2


class BusyError(StudioError):
    pass


class JobError(StudioError):
    pass


class DivergedError(JobError):
    pass


class CheckpointError(JobError):
    pass


class StorageError(StudioError):
    pass


class CancelledError(StudioError):
    pass


class ServiceError(StudioError):
    """unsure: the work may have been done although no answer came. again: the same may be asked once more, after `wait`
    seconds (None: as one likes). key: the key was not accepted. missing: it knows no such thing."""

    def __init__(
        self,
        happened: str,
        remedy: str,
        *,
        unsure: bool = False,
        again: bool = False,
        wait: float | None = None,
        key: bool = False,
        missing: bool = False,
    ) -> None:
        super().__init__(happened, remedy)
        self.unsure = unsure
        self.again = again
        self.wait = wait
        self.key = key
        self.missing = missing


class LostSightError(StudioError):
    pass
