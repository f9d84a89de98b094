"""The table that a model is applied to: its rows with their questions, and the same table again with answers beside.

CSV, Excel and JSON lines go out as they came in (other kinds as CSV); a workbook keeps its sheets and formats. An
answer that a spreadsheet would take for a formula stays text.
"""

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.data.log import Log
from studio.data.readers import Unread, read_rows
from studio.data.values import Example, Message, Source
from studio.errors import DataError

FORMULA = ("=", "+", "-", "@", "\t", "\r")
TURNS = "messages"
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Table:
    """rows: (line in the file, row by column names); columns in order; unread: lines that could not be read."""

    rows: list[tuple[int, dict[str, Any]]]
    columns: list[str]
    unread: list[int]


def read(path: Path, name: str) -> Table:
    """The table of a file; DataError when there is none in it."""
    log = Log()
    rows: list[tuple[int, dict[str, Any]]] = []
    unread: list[int] = []
    try:
        for line, row in read_rows(Source(path, name), log):
            if isinstance(row, Unread) or not isinstance(row, dict):
                unread.append(line)
            else:
                rows.append((line, row))
    except OSError as error:
        raise DataError(f"The file {name} cannot be read.", "Check that it is there and may be read.") from error
    if not rows:
        told = next((finding for finding in log.findings() if finding.severity == "error"), None)
        happened = told.message if told else f"The file {name} has no rows with named columns."
        raise DataError(happened, told.remedy if told else "Use a table whose first row names the columns.")
    return Table(rows, list(dict.fromkeys(key for _, row in rows for key in row)), unread)


def unique(name: str, columns: Sequence[str]) -> str:
    """A name for a further column."""
    if name not in columns:
        return name
    return next(f"{name} ({number})" for number in range(2, len(columns) + 3) if f"{name} ({number})" not in columns)


def question(row: Mapping[str, Any], column: str, system: str) -> Example | None:
    """What a model is asked for this row, as an example without an answer; None where the row holds nothing.

    column '': the row's chat turns, up to the last one that is not the assistant's.
    """
    if column:
        value = row.get(column)
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
        turns = [Message("user", text)] if text.strip() else []
    else:
        turns = _turns(row.get(TURNS))
    if not turns:
        return None
    if system and turns[0].role != "system":
        turns = [Message("system", system), *turns]
    return Example(0, (*turns, Message("assistant", "")))


def _turns(raw: Any) -> list[Message]:
    if not isinstance(raw, list):
        return []
    turns = [
        Message(turn["role"], turn["content"])
        for turn in raw
        if isinstance(turn, dict) and turn.get("role") in ROLES and isinstance(turn.get("content"), str)
    ]
    while turns and turns[-1].role == "assistant":
        turns.pop()
    return turns


def ending(name: str) -> str:
    """The ending that the table gets on its way out."""
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    return {".xlsx": ".xlsx", ".xlsm": ".xlsx", ".jsonl": ".jsonl", ".ndjson": ".jsonl", ".json": ".jsonl"}.get(
        suffix, ".csv"
    )


def write(source: Path, table: Table, added: Mapping[str, Sequence[Any]], target: Path) -> bool:
    """Writes the table with further columns (a value a row) to `target`, by its ending. False where a workbook's
    formats could not be kept. Nothing is left of a file that could not be written to its end."""
    part = target.with_name(f"{target.name}.part")
    kept = True
    try:
        if target.suffix == ".jsonl":
            _lines(table, added, part)
        elif target.suffix == ".xlsx":
            kept = _workbook(source, table, added, part)
        else:
            _csv(table, added, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return kept


def _lines(table: Table, added: Mapping[str, Sequence[Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for place, (_, row) in enumerate(table.rows):
            more = {name: values[place] for name, values in added.items()}
            file.write(json.dumps(row | more, ensure_ascii=False) + "\n")


def _csv(table: Table, added: Mapping[str, Sequence[Any]], path: Path) -> None:
    # UTF-8 with a mark, as Excel wants it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.columns, *added])
        for place, (_, row) in enumerate(table.rows):
            own = [_text(row.get(name)) for name in table.columns]
            writer.writerow([*own, *(_guarded(values[place]) for values in added.values())])


def _workbook(source: Path, table: Table, added: Mapping[str, Sequence[Any]], path: Path) -> bool:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    header = table.rows[0][0]
    try:
        book = openpyxl.load_workbook(source)
        sheet: Any = next(one for one in book.worksheets if any(any(row) for row in one.iter_rows(values_only=True)))
        kept = True
        # The first row that holds anything names the columns.
        header = next(n for n, row in enumerate(sheet.iter_rows(values_only=True), start=1) if any(row))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, StopIteration):
        book, kept, header = openpyxl.Workbook(), False, 1
        sheet = book.active
        for column, name in enumerate(table.columns, start=1):
            _put(sheet.cell(1, column), name)
        for place, (_, row) in enumerate(table.rows, start=2):
            for column, name in enumerate(table.columns, start=1):
                _put(sheet.cell(place, column), _text(row.get(name)))
    for column, (name, values) in enumerate(added.items(), start=len(table.columns) + 1):
        _put(sheet.cell(header, column), name)
        for place, (line, _) in enumerate(table.rows):
            _put(sheet.cell(line if kept else place + 2, column), values[place])
    book.save(path)
    return kept


def _put(cell: Any, value: Any) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        # Whatever it begins with, it is text and no formula.
        cell.data_type = "s"
    else:
        cell.value = value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _guarded(value: Any) -> str:
    text = _text(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int | float) else text
