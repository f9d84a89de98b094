"""A file per kind of file: bytes to rows. A new kind is one module here and one line in READERS.

A reader is a module with TITLE, SUFFIXES and rows(file, log, mend) -> (line, value) pairs; reader.py has the form. What
kind a file is, its bytes decide, and its name where they leave it open: kinds.py.
"""

from collections.abc import Callable, Iterator
from typing import Any

from studio.data.log import Log
from studio.data.readers import csv_table, json_values, jsonl, parquet, plain, workbook
from studio.data.readers.kinds import reader_of
from studio.data.readers.opening import Opened, Progress
from studio.data.readers.reader import Reader
from studio.data.readers.strict_json import Mend, Unread
from studio.data.values import Source

READERS: tuple[Reader, ...] = (jsonl, json_values, csv_table, workbook, parquet, plain)

__all__ = ["READERS", "LinesOfJson", "Mend", "Progress", "Reader", "Unread", "read_rows"]


LinesOfJson = Callable[[Opened, Log, Mend | None], Iterator[tuple[int, Any]]]
"""What reads lines of JSON in the place of jsonl.rows."""


def read_rows(
    source: Source,
    log: Log,
    progress: Progress | None = None,
    mend: Mend | None = None,
    lines_of_json: LinesOfJson = jsonl.rows,
) -> Iterator[tuple[int, Any]]:
    """Each row of a file as (1-based line or number of the row, JSON value); Unread for a row that could not be read,
    with its fault in the log. mend: tries to mend what is not JSON. Raises OSError as the file system does."""
    file = Opened(source.path, source.name, log, progress)
    try:
        reader = reader_of(file, log)
        if reader is not None:
            yield from (lines_of_json if reader is jsonl else reader.rows)(file, log, mend)
        file.done()
    finally:
        file.close()
