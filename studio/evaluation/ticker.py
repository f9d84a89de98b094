"""How far an evaluation is: journalled after each batch, with an estimate of the time left."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.jobs import control
from studio.jobs.events import Progress
from studio.jobs.journal import Journal


class Stopped(Exception):  # noqa: N818  (a request, not an error)
    """The user asked the job to stop."""


class Ticker:
    """Progress over all passes as one scale of rows, and the place where a stop request is seen."""

    def __init__(self, folder: Path, journal: Journal, total: int) -> None:
        """total: rows times passes."""
        self._folder = folder
        self._journal = journal
        self._total = total
        self._done = 0
        self._since: tuple[float, int] | None = None

    def restart_clock(self) -> None:
        """From here on rows take about the same time each, so that the rest can be estimated."""
        self._since = (time.monotonic(), self._done)

    def follow(self, batches: Iterator[dict[int, Any]], what: str) -> dict[int, Any]:
        """All batches as one; tells before the first and after each."""
        found: dict[int, Any] = {}
        self.tell(what)
        for batch in batches:
            found |= batch
            self._done += len(batch)
            self.tell(what)
        return found

    def count(self, rows: int, what: str) -> None:
        """So many rows are done at once."""
        self._done += rows
        self.tell(what)

    def tell(self, what: str) -> None:
        if control.requested(self._folder) == "stop":
            raise Stopped
        self._journal.append(Progress(what, self._done, self._total, self._seconds_left()))

    def _seconds_left(self) -> float | None:
        if self._since is None or self._done == self._since[1]:
            return None
        start, before = self._since
        return (time.monotonic() - start) / (self._done - before) * (self._total - self._done)
