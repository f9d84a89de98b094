"""Takes rows out of a data set again: the usable ones as a file in any shape that can hold them, and those left out,
with the reasons. Nothing is left of a file that could not be written to its end."""

import csv
import json
import math
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from studio.data.check import Check
from studio.data.formats import Format, format_named
from studio.data.log import Log
from studio.data.readers import Unread, read_rows
from studio.data.repairs import Repair
from studio.data.rules import Rule
from studio.data.store import load_report, originals, recipe_of, rows_file
from studio.data.table import stream_examples
from studio.data.values import Source
from studio.errors import DataError, StorageError, UsageError

_MOST_REASONS = 200_000
# A cell that begins like this is a formula to a spreadsheet, which may send what it holds to strangers.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_rows(folder: Path, version: int | None, target: Path, shape: str) -> int:
    """Writes the usable rows of a version to `target` in a shape, and returns how many.

    The ending of `target` decides: .jsonl, or .csv (UTF-8 with a mark, as Excel wants it; lists as JSON; a cell that a
    spreadsheet would take for a formula gets an apostrophe before it). DataError where the shape cannot hold a row.
    """
    wanted = format_named(shape)
    rows = rows_file(folder, version)
    if target.suffix.lower() not in (".jsonl", ".csv"):
        raise UsageError(
            f"Rows cannot be written as {target.suffix or 'a file without an ending'}.", "Use .jsonl or .csv."
        )
    columns = _columns(wanted, rows)
    with _whole(target) as file:
        if target.suffix.lower() == ".jsonl":
            return _lines(file, _written(wanted, rows))
        file.write("\ufeff")
        table = csv.writer(file)
        table.writerow(columns)
        return _counted(
            table.writerow([_cell(row.get(name, "")) for name in columns]) for row in _written(wanted, rows)
        )


def rejected_rows(folder: Path, version: int | None, target: Path) -> int:
    """Writes the rows of the originals that a version leaves out to `target` and returns how many. One JSON object a
    line: line, reasons (sentences), text as it stands in the original, and file where there are several."""
    with _whole(target) as file:
        return _lines(file, _rejected(folder, version))


def _columns(wanted: Format, rows: Path) -> list[str]:
    """All keys of the written rows; DataError where a row cannot be written."""
    columns: dict[str, None] = {}
    unfit: list[int] = []
    count = 0
    for example in stream_examples(rows):
        count += 1
        row = wanted.write(example)
        if row is None:
            unfit.append(example.line)
        else:
            columns.update(dict.fromkeys(row))
    if unfit:
        where = f"line {unfit[0]:,}" if unfit[0] else "a row added by hand"
        raise DataError(
            f"{len(unfit):,} of {count:,} rows cannot be written as {wanted.TITLE}; the first is {where}.",
            "Choose another shape: chat messages hold several turns and tools, preferences hold two answers.",
        )
    return list(columns)


def _written(wanted: Format, rows: Path) -> Iterator[dict[str, Any]]:
    return (row for example in stream_examples(rows) if (row := wanted.write(example)) is not None)


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(file: IO[str], rows: Iterable[dict[str, Any]]) -> int:
    return _counted(file.write(json.dumps(row, ensure_ascii=False) + "\n") for row in rows)


def _counted(done: Iterable[object]) -> int:
    return sum(1 for _ in done)


class _Listening(Log):
    """A log that also keeps why a row is left out, until it is asked; of very many reasons the first."""

    def __init__(self) -> None:
        super().__init__()
        self._said: deque[tuple[str | None, int, str]] = deque()

    def add(
        self,
        rule: Rule,
        line: int | None,
        field: str | None = None,
        text: object = "",
        /,
        *,
        places: int = 1,
        **values: object,
    ) -> None:
        super().add(rule, line, field, text, places=places, **values)
        if rule.severity == "error" and line is not None:
            self.say(line, rule.says.format(**values))

    def say(self, line: int, sentence: str) -> None:
        if len(self._said) < _MOST_REASONS:
            self._said.append((self.file, line, sentence))

    def reasons(self, file: str | None, below: float) -> list[str]:
        """What was said of the lines of a file below this one, and is forgotten now."""
        found = []
        while self._said and self._said[0][0] == file and self._said[0][1] < below:
            found.append(self._said.popleft()[2])
        return found


def _rejected(folder: Path, version: int | None) -> Iterator[dict[str, Any]]:
    """The rows of the originals one by one beside the rows that the check gives out: what is missing there is left
    out."""
    sources, recipe, log = originals(folder), recipe_of(folder, version), _Listening()
    names = [source.name if len(sources) > 1 else None for source in sources]
    by_hand = {(edit.file, edit.line) for edit in recipe.edits if edit.action != "add"}

    def watch(repair: Repair, line: int, before: Any, after: Any) -> None:
        if after is None:
            log.say(line, f"{repair.title}.")

    check = Check(sources, load_report(folder).file, recipe=recipe, watch=watch, log=log)
    given = ((example.file, example.line) for example in check.examples() if example.line)
    used = next(given, None)
    for file, line, value, end in _originals(sources):
        reasons = log.reasons(names[file], end)
        if (file, line) == used:
            used = next(given, None)
            continue
        reasons = reasons or [
            "Edited by hand." if (file, line) in by_hand else "The row has not the shape of the others."
        ]
        text = value.text if isinstance(value, Unread) else json.dumps(value, ensure_ascii=False)
        name = names[file]
        yield {"line": line, "reasons": reasons, "text": text} | ({} if name is None else {"file": name})


def _originals(sources: list[Source]) -> Iterator[tuple[int, int, Any, float]]:
    """File, line and value of each row, and the line where the next row begins."""
    for file, source in enumerate(sources):
        rows = read_rows(source, Log())
        here = next(rows, None)
        while here is not None:
            following = next(rows, None)
            yield file, *here, math.inf if following is None else following[0]
            here = following


@contextmanager
def _whole(target: Path) -> Iterator[IO[str]]:
    """A text file that is there only when all of it is."""
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(target)
    except OSError as error:
        raise StorageError(
            f"{target.name} could not be written.", "Free some space, or choose another folder."
        ) from error
    finally:
        part.unlink(missing_ok=True)
