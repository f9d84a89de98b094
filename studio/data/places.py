"""Where each usable row stands, for findings that name an earlier row; a few bytes a row."""

from array import array
from bisect import bisect_right

from studio.data.batch import Batch


class Places:
    def __init__(self) -> None:
        self._lines = array("I")
        self._starts: list[int] = []
        self._files: list[str | None] = []

    def note(self, batch: Batch, file: str | None) -> None:
        """Takes the lines of a batch. file: its name where the data set has several."""
        if not self._files or self._files[-1] != file:
            self._starts.append(batch.start)
            self._files.append(file)
        self._lines.extend(example.line for example in batch.examples)

    def words(self, row: int, file: str | None) -> str:
        """'line 1,234', and of which file where that is another one. row: the how-manieth usable row, 0-based."""
        line = f"line {self._lines[row]:,}" if self._lines[row] else "a row added by hand"
        there = self._files[bisect_right(self._starts, row) - 1]
        return line if there == file or there is None else f"{line} of {there}"
