"""A file per kind of file: bytes to rows. A new kind is one module here and one line in READERS.

A reader is a module with SUFFIXES and rows(path, log, progress) -> (line, value) pairs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from studio.data.log import Log
from studio.data.readers import jsonl


class Reader(Protocol):
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802 - a constant of the module

    def rows(
        self, path: Path, log: Log, progress: Callable[[int, int], None] | None = None
    ) -> Iterator[tuple[int, Any]]: ...


READERS: tuple[Reader, ...] = (jsonl,)


def reader_of(name: str) -> Reader:
    """The reader for a file of this name; JSONL reads what no other claims, and says what it is instead."""
    suffix = Path(name).suffix.lower()
    return next((reader for reader in READERS if suffix in reader.SUFFIXES), jsonl)
