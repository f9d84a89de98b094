"""Sides of a split that the user has given: a column that says them, or separate files; and columns by which rows are
kept together."""

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


def parts_of_files(examples: Iterable[Example], files: Sequence[Part | None]) -> list[Part | None]:
    """The side of each row by the file it came from."""
    return [files[example.file] for example in examples]


@dataclass(frozen=True)
class Column:
    """What rows have in a column: a number for each row, the same for the same value, and the side that the value
    names."""

    numbers: NDArray[np.uint64]
    parts: list[Part | None]


def column_of(sources: Sequence[Source], examples: Iterable[Example], column: str) -> Column:
    """A column of the originals for stored rows, whose texts are not held; rows added by hand have nothing there, like
    those without the column. DataError where no row has it."""
    files, places = array("H"), array("I")
    for example in examples:
        files.append(example.file)
        places.append(example.line)
    numbers = np.zeros(len(places), np.uint64)
    parts: list[Part | None] = [None] * len(places)
    wanted, found = 0, False
    rows = ((file, line, row) for file, source in enumerate(sources) for line, row in read_rows(source, Log()))
    for file, line, row in rows:
        # Stored rows stand in the order of the files; what was left out has no place among them.
        if wanted == len(places) or (files[wanted], places[wanted]) != (file, line):
            continue
        if isinstance(row, dict) and column in row:
            value = row[column]
            found = True
            numbers[wanted] = _number(value)
            parts[wanted] = part_of(value)
        wanted += 1
    if not found:
        raise DataError(f'No row has a column "{column}".', "Choose one of the columns of the file.")
    return Column(numbers, parts)


def _number(value: object) -> int:
    """The same for the same value, in every process; never 0."""
    return 1 + int.from_bytes(hashlib.sha256(repr(value).encode("utf-8", "replace")).digest()[:8]) // 2
