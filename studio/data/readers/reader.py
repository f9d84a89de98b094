"""What every reader is: a module with TITLE, SUFFIXES and rows()."""

from collections.abc import Iterator
from typing import Any, Protocol

from studio.data.log import Log
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Mend


class Reader(Protocol):
    @property
    def TITLE(self) -> str: ...  # noqa: N802 - a constant of the module

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def rows(self, file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]: ...
