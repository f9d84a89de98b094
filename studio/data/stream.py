"""One pass over the originals of a data set: bytes to usable examples, mended and edited as a recipe says.

Row by row: read, mend the line, map the columns, mend the row, parse it by its shape, mend the example, look at it by
itself. What compares rows is check.py's business.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from studio.data.checks import ROW_CHECKS, shape, turns
from studio.data.formats import Format
from studio.data.lane import LANES, Lane, Ordinary, rows_on
from studio.data.log import Log
from studio.data.mapping import Mapper
from studio.data.readers import Unread, jsonl, read_rows
from studio.data.recipe import Recipe
from studio.data.repairs.mender import Mender
from studio.data.shaping import explain_misfit
from studio.data.values import Example, Source
from studio.errors import CancelledError, DataError

_ASK_ROWS = 64

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Pass:
    """Run through `examples()` once; then `rows` is how many rows there are and `usable` how many of them were given
    out. Findings go to the log. Meanwhile `number` is that of the present row among all of the files, whatever became
    of the others, and `by_hand` whether it was written by hand."""

    def __init__(
        self,
        sources: Sequence[Source],
        wanted: Format,
        recipe: Recipe,
        mender: Mender,
        log: Log,
        progress: Sequence[Progress | None],
        cancelled: Cancelled | None = None,
        most_rows: int | None = None,
    ) -> None:
        """progress: one for each file. most_rows: how many rows are read, from the first one on; None for all."""
        self._most_rows = most_rows
        self._sources = sources
        self._shape = wanted
        self._mapper = Mapper(recipe.mapping) if recipe.mapping else None
        self._lane = None if recipe.mapping else LANES.get(wanted.NAME)
        self._edits = {(edit.file, edit.line): edit for edit in recipe.edits if edit.action != "add"}
        self._added = [edit.row for edit in recipe.edits if edit.action == "add" and edit.row is not None]
        self._mender = mender
        self._log = log
        self._progress = progress
        self._cancelled = cancelled
        self.rows = 0
        self.usable = 0
        self.number = 0
        self.by_hand = False

    def examples(self) -> Iterator[Example]:
        """The usable rows in file order, then those added by hand, none held after it is given out."""
        waits = self._mender.is_at_work or bool(self._edits)
        if waits:
            self._log.held = []
        for file, (source, tell) in enumerate(zip(self._sources, self._progress, strict=True)):
            self._log.file = source.name if len(self._sources) > 1 else None
            for line, row in read(source, self._log, tell, self._cancelled, self._mender, self._lane):
                if self.number == self._most_rows:
                    break
                self.number += 1
                if not waits and type(row) is Example:
                    self.rows += 1
                    example: Example | None = row
                else:
                    example = self._edited(file, line, row)
                if waits:
                    self._log.settle()
                if example is not None:
                    self.usable += 1
                    yield example if file == 0 else replace(example, file=file)
        self._log.file = None
        self.by_hand = True
        for row in self._added:
            self.rows += 1
            example = self._by_hand(row, 0)
            if waits:
                self._log.settle()
            if example is not None:
                self.usable += 1
                yield example
        self._log.held = None

    def count(self) -> None:
        """Counts rows and usable rows and finds errors, many times faster than `examples`; of warnings only some. Not
        for recipes with repairs or edits."""
        for source, tell in zip(self._sources, self._progress, strict=True):
            self._log.file = source.name if len(self._sources) > 1 else None
            for line, row in read(source, self._log, tell, self._cancelled, lane=self._lane, counted=True):
                if type(row) is Ordinary:
                    self.rows += row.count
                    self.usable += row.count
                else:
                    self.rows += 1
                    self.usable += self._mended(line, row) is not None
        self._log.file = None

    def _edited(self, file: int, line: int, row: Any) -> Example | None:
        """The row, or what was put in its place by hand."""
        edit = self._edits.get((file, line))
        self.by_hand = edit is not None
        if edit is None:
            self.rows += 1
            return self._mended(line, row)
        self._log.settle(without=line)
        if edit.row is None:
            return None
        self.rows += 1
        return self._by_hand(edit.row, line)

    def _by_hand(self, row: dict[str, Any], line: int) -> Example | None:
        """A row written by hand is taken as it stands; no repair touches it."""
        before = self._log.errors
        example = self._parsed(row, line)
        if example is not None:
            self._look_at(example)
        return example if self._log.errors == before else None

    def _mended(self, line: int, row: Any) -> Example | None:
        mender, log = self._mender, self._log
        # What the reader found on this line waits already.
        errors_before = log.errors - sum(rule.severity == "error" for rule, _ in log.held or ())
        if mender.is_at_work:
            mender.read(line, not isinstance(row, Unread))
        example = self._example(row, line)
        if log.errors == errors_before:
            return example
        if mender.leaves_out_unusable:
            log.settle(without=line)
            mender.leave_out(line, row)
        return None

    def _example(self, row: Any, line: int) -> Example | None:
        if isinstance(row, Unread):
            return None
        if isinstance(row, Example):
            return self._example_mended(row)
        if not isinstance(row, dict):
            self._log.add(shape.NOT_OBJECT, line, None, row, what=shape.what_is(row))
            return None
        if self._mapper is not None:
            row = self._mapper.row(row, line, self._log)
            if row is None:
                return None
        parsed = self._parsed(self._mender.row(row, self._shape.NAME, line), line)
        if parsed is None:
            return None
        example = self._example_mended(parsed)
        if example is parsed:
            self._look_at(parsed)
        return example

    def _example_mended(self, example: Example) -> Example | None:
        """An example after its repairs, and looked at anew where one changed it."""
        mended = self._mender.example(example, self.number)
        if mended is None:
            self._log.settle(without=example.line)
        elif mended is not example:
            self._look_at(mended)
        return mended

    def _parsed(self, row: dict[str, Any], line: int) -> Example | None:
        if not self._shape.detect(row):
            explain_misfit(row, line, self._shape, self._log)
            return None
        return self._shape.parse(row, line, self._log)

    def _look_at(self, example: Example) -> None:
        for check in ROW_CHECKS:
            if check is not turns.check or self._shape.TASK != "text":
                check(example, self._shape.field, self._log)


def read(
    source: Source,
    log: Log,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    mender: Mender | None = None,
    lane: Lane | None = None,
    counted: bool = False,
) -> Iterator[tuple[int, Any]]:
    """The rows of one file as (line, JSON value); with a lane, ordinary rows as examples, or as their number alone
    where `counted`. DataError where the disk gives up, CancelledError."""
    mend = mender.line if mender and mender.is_at_work else None
    lines_of_json = partial(rows_on, lane, counted=counted) if lane else jsonl.rows

    def ask() -> None:
        if cancelled and cancelled():
            raise CancelledError("The check was cancelled.", "Start it again when you like; nothing was kept.")

    def tell(done: int, size: int) -> None:
        # Of a row without end nothing comes for a long time; its bytes do.
        ask()
        if progress:
            progress(done, size)

    try:
        for count, item in enumerate(read_rows(source, log, tell, mend, lines_of_json)):
            if count % _ASK_ROWS == 0:
                ask()
            yield item
    except OSError as error:
        raise DataError(
            f"The file {source.name} could not be read to its end.", "Copy it to this computer and try again."
        ) from error
