"""Sides of a split that the user has given: a column that says them, or separate files; and columns by which rows are
kept together."""

from collections.abc import Sequence
from typing import Any

from studio.data.log import Log
from studio.data.readers import read_rows
from studio.data.split import Part
from studio.data.values import Example, Source
from studio.errors import DataError

_NAMES: dict[str, Part] = {
    **dict.fromkeys(("train", "training", "trn", "learn"), "training"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "eval", "evaluation"), "validation"),
    **dict.fromkeys(("test", "testing", "tst", "heldout", "held-out", "held_out", "holdout"), "test"),
}


def part_of(name: object) -> Part | None:
    """The side that a word stands for, None where it is no such word."""
    return _NAMES.get(str(name).strip().lower())


def parts_of_files(examples: Sequence[Example], files: Sequence[Part | None]) -> list[Part | None]:
    """The side of each row by the file it came from."""
    return [files[example.file] for example in examples]


def column_values(sources: Sequence[Source], examples: Sequence[Example], column: str) -> list[Any]:
    """What each row's line in the originals has in a column; None for rows added by hand and where there is nothing.
    DataError where no row has the column."""
    wanted = {(example.file, example.line) for example in examples}
    found: dict[tuple[int, int], Any] = {}
    for file, source in enumerate(sources):
        for line, row in read_rows(source, Log()):
            if (file, line) in wanted and isinstance(row, dict) and column in row:
                value = row[column]
                found[file, line] = value if isinstance(value, str | int | float | bool) else repr(value)
    if not found:
        raise DataError(f'No row has a column "{column}".', "Choose one of the columns of the file.")
    return [found.get((example.file, example.line)) for example in examples]
