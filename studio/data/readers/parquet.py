"""Parquet tables, batch by batch. A row is an object, its line the number of the row.

What JSON has no word for (times, bytes, decimals) becomes text. Source: the Parquet format of the Apache project.
"""

import math
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from studio.data.checks import tables
from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.cells import unique_names
from studio.data.readers.lines import MOST_CHARACTERS
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Mend, Unread

TITLE = "a Parquet table"
SUFFIXES = (".parquet", ".pq")
MAGIC = b"PAR1"

_BATCH_ROWS = 256
_BUFFER = 1 << 20
_PLAIN = (str, int, bool, type(None))
_FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (its number, {column: value}); Unread for one that could not be read."""
    number = 0
    with file.seekable() as stream:
        try:
            table = pq.ParquetFile(stream, buffer_size=_BUFFER, pre_buffer=False)
            names = unique_names(table.schema_arrow.names, None, log)
            for batch in table.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                file.done(number / max(table.metadata.num_rows, 1))
                for row in _rows(batch.rename_columns(names), number, log):
                    number += 1
                    yield number, row
        except _FAULTS:
            log.add(tables.DAMAGED, number or None, what="Parquet table")
            return
    if not number:
        log.add(rules.NO_ROWS, None)


def _rows(batch: Any, before: int, log: Log) -> Iterator[Any]:
    try:
        read = batch.to_pylist()
    except _FAULTS:
        if batch.num_rows > 1:
            # A text that is no UTF-8, or a time beyond the calendar: row by row, so that the others are kept.
            for place in range(batch.num_rows):
                yield from _rows(batch.slice(place, 1), before + place, log)
        else:
            log.add(tables.VALUE, before + 1)
            yield Unread("")
        return
    much = batch.nbytes > MOST_CHARACTERS
    for line, row in enumerate(read, start=before + 1):
        plain = {name: value if type(value) in _PLAIN else _as_json(value) for name, value in row.items()}
        if much and sum(len(value) for value in plain.values() if isinstance(value, str)) > MOST_CHARACTERS:
            log.add(rules.TOO_LONG, line)
            yield Unread(str(plain)[:MOST_CHARACTERS])
        else:
            yield plain


def _as_json(value: Any) -> Any:
    if isinstance(value, float):
        # Tables mark a missing value as "not a number".
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return f"({len(value):,} bytes)"
    return value if isinstance(value, _PLAIN) else str(value)
