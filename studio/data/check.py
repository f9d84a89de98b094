"""The check of a file, from bytes to findings and usable rows, as one stream. Nothing is stored here."""

import itertools
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.data.checks import FILE_CHECKS, ROW_CHECKS, shape
from studio.data.formats import FORMATS, Format, format_of
from studio.data.log import Log
from studio.data.readers import reader_of
from studio.data.readers.strict_json import BAD
from studio.data.values import Example, Report
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
    path: Path, name: str | None = None, limit_bytes: int | None = None, progress: Progress | None = None
) -> Checked:
    """Checks a file. Faults of the content are findings; what cannot be read at all raises DataError: a missing file,
    a folder, a device, a file over `limit_bytes`. name: what the report calls the file."""
    check = Check(path, name, limit_bytes, progress)
    examples = list(check.examples())
    return Checked(check.report(), examples)


class Check:
    """One pass over a file: run through `examples()`, then ask for the `report()`."""

    def __init__(
        self, path: Path, name: str | None = None, limit_bytes: int | None = None, progress: Progress | None = None
    ) -> None:
        self._path = Path(path)
        # A file's name may hold bytes that are no text; nothing later could store or print it then.
        self._name = (self._path.name if name is None else name).encode("utf-8", "replace").decode("utf-8")
        _readable(self._path, self._name, limit_bytes)
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
            for line, row in self._shaped(reader_of(self._name).rows(self._path, log, self._progress)):
                example = self._row(row, line)
                if example is None:
                    continue
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
        return Report(self._name, shape_name, self._rows, self._usable, self._log.findings())

    def _shaped(self, rows: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Rows that are objects, after the first ones have decided the file's shape. Nothing where there is none."""
        head = list(itertools.islice(rows, _HEAD_ROWS))
        objects = [(line, row) for line, row in head if isinstance(row, dict)]
        votes = Counter(found.NAME for _, row in objects if (found := format_of(row)))
        if votes:
            winner = votes.most_common(1)[0][0]
            self._shape = next(known for known in FORMATS if winner == known.NAME)
        elif objects:
            line, row = objects[0]
            remedy = _mapping(row)
            self._log.add(shape.UNKNOWN, line, None, row, keys=shape.keys_in_words(row), remedy=remedy)
        for line, row in itertools.chain(head, rows):
            self._rows += 1
            if isinstance(row, dict):
                if self._shape is not None:
                    yield line, row
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


def _readable(path: Path, name: str, limit_bytes: int | None) -> None:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise DataError(f"There is no file {name} that can be opened.", "Check the name and the folder.") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device, not a file"
        raise DataError(f"{name} is {what}.", "Choose a file with one training example on each line.")
    if limit_bytes is not None and found.st_size > limit_bytes:
        raise DataError(
            f"The file {name} has {found.st_size / 1e6:,.1f} MB, and the limit is {limit_bytes / 1e6:,.0f} MB.",
            "Split the file, or raise the limit with STUDIO_UPLOAD_LIMIT_MB.",
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise DataError(f"The file {name} cannot be opened.", "Check that you may read it.") from error
