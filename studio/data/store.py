"""A data set's folder: original.<ext> byte for byte, rows.parquet (usable rows), report.json (written last).

rows.parquet: columns line int64, messages list<struct<role, content, weight>>, in file order, row groups of 8,192 rows.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from studio.data.check import Check, Progress
from studio.data.values import Example, Finding, Message, Report, Role
from studio.errors import DataError, StorageError

_GROUP_ROWS = 8192
_TURN = pa.struct([("role", pa.string()), ("content", pa.string()), ("weight", pa.int8())])
_SCHEMA = pa.schema([("line", pa.int64()), ("messages", pa.list_(_TURN))])
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")


def import_file(
    source: Path, folder: Path, name: str, limit_bytes: int | None = None, progress: Progress | None = None
) -> Report:
    """Keeps a file as a data set in `folder` (made where missing) and checks it. name: what the user calls the file.

    A file with faults is kept too; its report says what they are. Raises DataError for what cannot be read,
    StorageError where the disk refuses; then nothing is left in the folder.
    """
    Check(source, name, limit_bytes)
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        original = folder / f"original{_suffix(name)}"
        written.append(original)
        _copy(source, original, name)
        check = Check(original, name, limit_bytes, progress)
        written.append(folder / "rows.parquet")
        _write_rows(check.examples(), folder / "rows.parquet")
        report = check.report()
        written.append(folder / "report.json")
        _write_text(json.dumps({"v": 1, **report.as_json()}, ensure_ascii=False), folder / "report.json")
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
            _part(path).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StorageError(
                f"The file {name} could not be stored.", "Free some space on the disk and try again."
            ) from error
        raise
    return report


def load_report(folder: Path) -> Report:
    """The report of a data set; DataError when it is missing or damaged."""
    try:
        raw = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        findings = tuple(Finding(**finding) for finding in raw["findings"])
        return Report(raw["file"], raw["shape"], raw["rows"], raw["usable"], findings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged("report") from error


def load_examples(rows_parquet: Path) -> list[Example]:
    """All usable rows of a data set, in file order."""
    return [example for group in _groups(rows_parquet) for example in group]


def page_examples(folder: Path, start: int, count: int, search: str = "") -> tuple[list[tuple[int, Example]], int]:
    """`count` rows from the `start`-th match on, each with its row number (0-based), and the number of matches in all.

    search: text that a turn must hold, whatever its case; empty matches every row.
    """
    path = folder / "rows.parquet"
    if not search:
        return _slice(path, start, count)
    wanted = search.casefold()
    shown: list[tuple[int, Example]] = []
    matches = row = 0
    for group in _groups(path):
        for example in group:
            if any(wanted in message.content.casefold() for message in example.messages):
                if start <= matches < start + count:
                    shown.append((row, example))
                matches += 1
            row += 1
    return shown, matches


def _slice(path: Path, start: int, count: int) -> tuple[list[tuple[int, Example]], int]:
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


def _groups(path: Path) -> Iterator[list[Example]]:
    with _opened(path) as file:
        for group in range(file.metadata.num_row_groups):
            yield _examples(_read(file, group))


def _opened(path: Path) -> Any:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged("rows") from error
    if not file.schema_arrow.equals(_SCHEMA):
        file.close()
        raise _damaged("rows")
    return file


def _read(file: Any, group: int) -> Any:
    try:
        return file.read_row_group(group)
    except (OSError, pa.ArrowException) as error:
        raise _damaged("rows") from error


def _examples(table: Any) -> list[Example]:
    """Rows of a table by its flat columns, which is many times faster than row by row."""
    table = table.combine_chunks()
    if not table.num_rows:
        return []
    messages = table["messages"].chunk(0)
    turns = messages.flatten()
    flat = [
        Message(cast(Role, role), content, weight)
        for role, content, weight in zip(*(turns.field(name).to_pylist() for name in _TURN.names), strict=True)
    ]
    bounds = messages.offsets.to_pylist()
    begin = bounds[0]
    return [
        Example(line, tuple(flat[first - begin : end - begin]))
        for line, first, end in zip(table["line"].to_pylist(), bounds, bounds[1:], strict=False)
    ]


def _table(examples: Iterable[Example]) -> Any:
    rows = list(examples)
    turns = [message for example in rows for message in example.messages]
    offsets = [0]
    for example in rows:
        offsets.append(offsets[-1] + len(example.messages))
    columns = [
        pa.array([getattr(message, item.name) for message in turns], item.type)
        for item in (_TURN[0], _TURN[1], _TURN[2])
    ]
    lists = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(columns, fields=list(_TURN))
    )
    return pa.table([pa.array([example.line for example in rows], pa.int64()), lists], schema=_SCHEMA)


def _write_rows(examples: Iterator[Example], path: Path) -> None:
    with pq.ParquetWriter(_part(path), _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(examples, _GROUP_ROWS)):
            writer.write_table(_table(batch))
    _part(path).replace(path)


def _copy(source: Path, target: Path, name: str) -> None:
    try:
        reading = source.open("rb")
    except OSError as error:
        raise DataError(f"The file {name} cannot be opened.", "Check that you may read it.") from error
    with reading, _part(target).open("wb") as writing:
        while block := reading.read(1 << 20):
            writing.write(block)
    _part(target).replace(target)


def _write_text(text: str, path: Path) -> None:
    with _part(path).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _part(path).replace(path)


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".jsonl"


def _damaged(what: str) -> DataError:
    return DataError(f"The stored {what} of this data set cannot be read.", "Upload the file again.")
