"""The check of a file, from bytes to findings and usable rows, as one stream. Nothing is stored here."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.data.checks import FILE_CHECKS, ROW_CHECKS, shape
from studio.data.formats import FORMATS, Format, format_of
from studio.data.log import Log
from studio.data.readers import reader_of
from studio.data.readers.strict_json import BAD
from studio.data.recipe import Recipe
from studio.data.sources import name_of, size_of, sources_of
from studio.data.values import Example, Report, Source
from studio.errors import DataError

_HEAD_ROWS = 200

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all, now and then."""


@dataclass(frozen=True)
class Checked:
    """A report and the usable rows in file order."""

    report: Report
    examples: list[Example]


def check_file(
    sources: Path | Sequence[Path],
    name: str | None = None,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
    recipe: Recipe | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Checked:
    """Checks a file, or several as one. Faults of the content are findings; what cannot be read at all raises
    DataError: a missing file, a folder, a device, files over `limit_bytes` together. name: what the report calls the
    file."""
    brought = sources_of(sources, name)
    check = Check(brought, name_of(brought, name), limit_bytes, progress, recipe, cancelled)
    examples = list(check.examples())
    return Checked(check.report(), examples)


class Check:
    """One pass over one or several files: run through `examples()`, then ask for the `report()`."""

    def __init__(
        self,
        sources: Sequence[Source],
        name: str,
        limit_bytes: int | None = None,
        progress: Progress | None = None,
        recipe: Recipe | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._sources = sources
        self._name = name
        size_of(sources, limit_bytes)
        self._progress = progress
        self._log = Log()
        self._rows = 0
        self._usable = 0
        self._shape: Format | None = None

    def examples(self) -> Iterator[Example]:
        """The usable rows, in file order, none held after it is given out."""
        log = self._log
        over_file = [check() for check in FILE_CHECKS]
        try:
            for file, line, row in self._shaped(self._rows_of_all()):
                example = self._row(row, line)
                if example is None:
                    continue
                if file:
                    example = replace(example, file=file)
                self._usable += 1
                for check in over_file:
                    check.see(example, log)
                yield example
        except OSError as error:
            raise DataError(
                f"The file {self._name} could not be read to its end.", "Copy it to this computer and try again."
            ) from error
        if self._shape is not None:
            for check in over_file:
                check.end(log)

    def report(self) -> Report:
        shape_name = self._shape.NAME if self._shape else None
        files = tuple(source.name for source in self._sources) if len(self._sources) > 1 else ()
        return Report(self._name, shape_name, self._rows, self._usable, self._log.findings(), files)

    def _rows_of_all(self) -> Iterator[tuple[int, int, Any]]:
        """The rows of all files, each with the place of its file."""
        for file, source in enumerate(self._sources):
            self._from(file)
            for line, row in reader_of(source.name).rows(source.path, self._log, self._progress):
                yield file, line, row
        self._log.file = None

    def _from(self, file: int) -> None:
        """What is found next is found in this file."""
        self._log.file = self._sources[file].name if len(self._sources) > 1 else None

    def _shaped(self, rows: Iterator[tuple[int, int, Any]]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Rows that are objects, after the first ones have decided the file's shape. Nothing where there is none."""
        head = list(itertools.islice(rows, _HEAD_ROWS))
        objects = [(line, row) for _, line, row in head if isinstance(row, dict)]
        votes = Counter(found.NAME for _, row in objects if (found := format_of(row)))
        if votes:
            winner = votes.most_common(1)[0][0]
            self._shape = next(known for known in FORMATS if winner == known.NAME)
        elif objects:
            line, row = objects[0]
            remedy = _mapping(row)
            self._log.add(shape.UNKNOWN, line, None, row, keys=shape.keys_in_words(row), remedy=remedy)
        for file, line, row in itertools.chain(head, rows):
            self._rows += 1
            self._from(file)
            if isinstance(row, dict):
                if self._shape is not None:
                    yield file, line, row
            elif row is not BAD:
                self._log.add(shape.NOT_OBJECT, line, None, row, what=shape.what_is(row))

    def _row(self, row: dict[str, Any], line: int) -> Example | None:
        log, wanted = self._log, self._shape
        assert wanted is not None
        if not wanted.detect(row):
            self._misfit(row, line, wanted)
            return None
        before = log.errors
        example = wanted.parse(row, line, log)
        if example is None:
            return None
        for check in ROW_CHECKS:
            check(example, wanted.field, log)
        return example if log.errors == before else None

    def _misfit(self, row: dict[str, Any], line: int, wanted: Format) -> None:
        other = format_of(row)
        if other:
            self._log.add(shape.MIXED, line, None, row, found=other.TITLE, wanted=wanted.TITLE)
            return
        missing = shape.listing(key for key in wanted.KEYS if key not in row)
        remedy = shape.rename_remedy(row, wanted.KEYS) or f"Write the row like {wanted.EXAMPLE}"
        keys = shape.keys_in_words(row)
        self._log.add(shape.MISSING_KEY, line, None, row, missing=missing, keys=keys, remedy=remedy)


def _mapping(row: dict[str, Any]) -> str:
    """How to bring a row of no known shape into one of them."""
    if {"instruction", "input", "output"} <= row.keys():
        return 'Join "instruction" and "input" into one text named "prompt", and rename "output" to "completion".'
    for known in FORMATS:
        remedy = shape.rename_remedy(row, known.KEYS)
        if remedy:
            return f"{remedy[:-1]} in every row."
    return "Bring the rows into one of these shapes."
