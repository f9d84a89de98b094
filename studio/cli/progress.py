"""A bar on the terminal for work that is done in this very process; nothing where nobody watches."""

import sys
from types import TracebackType
from typing import Self

from studio.cli.context import Context

CELLS = 30


class Bar:
    """`show(done, total)` draws it on stderr; leaving it wipes it away."""

    def __init__(self, what: str, context: Context) -> None:
        self._what = what
        self._watched = not context.json and sys.stderr.isatty()
        self._shown = -1

    def show(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        if self._watched and percent != self._shown:
            self._shown = percent
            filled = CELLS * percent // 100
            sys.stderr.write(f"\r{self._what} [{'#' * filled}{'.' * (CELLS - filled)}] {percent:3} %")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown >= 0:
            sys.stderr.write("\r" + " " * (len(self._what) + CELLS + 10) + "\r")
            sys.stderr.flush()
