"""Examples as columns: rows.parquet. Written and read in row groups, so that neither side holds the whole file.

Columns: line int64; file int32; messages and rejected list<struct<role, content, weight, calls, call_id>>; labels
list<string>; tools string. An empty text of calls, call_id and tools is stored as null. Files of the first version have
line and messages alone, without calls and call_id; they are read too.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from studio.data.values import Example, Message, Role
from studio.errors import DataError

Tell = Callable[[int], None]

_GROUP_ROWS = 8192
_TELL_ROWS = 1000
_GROUP_CHARACTERS = 8_000_000

_FIRST_TURN = pa.struct([("role", pa.string()), ("content", pa.string()), ("weight", pa.int8())])
_FIRST_SCHEMA = pa.schema([("line", pa.int64()), ("messages", pa.list_(_FIRST_TURN))])
_TURN = pa.struct([*_FIRST_TURN, ("calls", pa.string()), ("call_id", pa.string())])
_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("file", pa.int32()),
        ("messages", pa.list_(_TURN)),
        ("rejected", pa.list_(_TURN)),
        ("labels", pa.list_(pa.string())),
        ("tools", pa.string()),
    ]
)


def write_examples(examples: Iterable[Example], path: Path) -> None:
    """Writes rows as they come. Raises OSError as the file system does; what is written by then stays."""
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        for batch in _batches(examples):
            writer.write_table(_table(batch))


def stream_examples(path: Path) -> Iterator[Example]:
    """All rows of a file in order, one row group held at a time; DataError where the file is damaged."""
    for group in _groups(path):
        yield from group


class Rows:
    """The rows of a file, read as a stream each time anew. tell: called with the rows read so far, now and then; may
    raise to end the work."""

    def __init__(self, path: Path, tell: Tell | None = None) -> None:
        self._path, self._tell = path, tell

    def __iter__(self) -> Iterator[Example]:
        for count, example in enumerate(stream_examples(self._path)):
            if self._tell and count % _TELL_ROWS == 0:
                self._tell(count)
            yield example


def slice_examples(path: Path, start: int, count: int) -> tuple[list[tuple[int, Example]], int]:
    """`count` rows from the `start`-th (0-based) on, each with its number, and how many rows the file has."""
    with _opened(path) as file:
        shown: list[tuple[int, Example]] = []
        first = 0
        for group in range(file.metadata.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if first < start + count and start < first + size:
                examples = _examples(_read(file, group))
                shown += [
                    (first + place, example)
                    for place, example in enumerate(examples)
                    if start <= first + place < start + count
                ]
            first += size
        return shown, file.metadata.num_rows


def _batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """Groups bounded by rows and by characters: rows of a million characters each must not pile up."""
    batch: list[Example] = []
    characters = 0
    for example in examples:
        batch.append(example)
        characters += sum(len(message.content) for message in example.messages + example.rejected)
        if len(batch) == _GROUP_ROWS or characters >= _GROUP_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _table(rows: list[Example]) -> Any:
    columns = (
        pa.array([example.line for example in rows], pa.int64()),
        pa.array([example.file for example in rows], pa.int32()),
        _turn_lists([example.messages for example in rows]),
        _turn_lists([example.rejected for example in rows]),
        pa.array([example.labels for example in rows], pa.list_(pa.string())),
        pa.array([example.tools or None for example in rows], pa.string()),
    )
    return pa.table(columns, schema=_SCHEMA)


def _turn_lists(lists: Sequence[tuple[Message, ...]]) -> Any:
    turns = [message for messages in lists for message in messages]
    offsets = [0, *accumulate(map(len, lists))]
    columns = [
        pa.array([message.role for message in turns], pa.string()),
        pa.array([message.content for message in turns], pa.string()),
        pa.array([message.weight for message in turns], pa.int8()),
        pa.array([message.calls or None for message in turns], pa.string()),
        pa.array([message.call_id or None for message in turns], pa.string()),
    ]
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(columns, fields=list(_TURN))
    )


def _groups(path: Path) -> Iterator[list[Example]]:
    with _opened(path) as file:
        for group in range(file.metadata.num_row_groups):
            yield _examples(_read(file, group))


def _opened(path: Path) -> Any:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise damaged("rows") from error
    if not any(file.schema_arrow.equals(schema) for schema in (_SCHEMA, _FIRST_SCHEMA)):
        file.close()
        raise damaged("rows")
    return file


def _read(file: Any, group: int) -> Any:
    try:
        # Threads would each keep memory of their own, and one is quick enough.
        return file.read_row_group(group, use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise damaged("rows") from error


def _examples(table: Any) -> list[Example]:
    """Rows of a table by its flat columns, which is many times faster than row by row."""
    table = table.combine_chunks()
    if not table.num_rows:
        return []
    lines, messages = table["line"].to_pylist(), _messages(table["messages"].chunk(0))
    if len(table.column_names) == len(_FIRST_SCHEMA):
        return list(map(Example, lines, messages))
    labels, tools = table["labels"].chunk(0), table["tools"].chunk(0)
    return list(
        map(
            Example,
            lines,
            messages,
            _messages(table["rejected"].chunk(0)),
            map(tuple, labels.to_pylist()) if len(labels.flatten()) else repeat(()),
            _texts(tools),
            table["file"].to_pylist(),
        )
    )


def _messages(lists: Any) -> Iterator[tuple[Message, ...]]:
    """The messages of each row."""
    turns = lists.flatten()
    if not len(turns):
        return repeat((), len(lists))
    roles = cast(Iterable[Role], map(sys.intern, turns.field("role").to_pylist()))
    texts = [roles, turns.field("content").to_pylist(), turns.field("weight").to_pylist()]
    texts += [_texts(turns.field(name)) for name in ("calls", "call_id") if turns.type.get_field_index(name) >= 0]
    flat = list(map(Message, *texts))
    bounds = lists.offsets.to_pylist()
    begin = bounds[0]
    return (tuple(flat[first - begin : end - begin]) for first, end in pairwise(bounds))


def _texts(column: Any) -> Iterable[str]:
    if column.null_count == len(column):
        return repeat("")
    return (text or "" for text in column.to_pylist())


def damaged(what: str) -> DataError:
    return DataError(f"The stored {what} of this data set cannot be read.", "Upload the file again.")
