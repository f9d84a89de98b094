"""The repairs of a recipe at work on one pass over a file, and how many rows each changed or removed.

Lines are mended first, then rows, then examples; within each of these levels the recipe's order holds.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studio.data.checks.length import Context
from studio.data.repairs.leave_out import UNUSABLE
from studio.data.repairs.length import TOO_LONG
from studio.data.repairs.repair import Repair, Single, Survey
from studio.data.values import Example
from studio.errors import DataError

Watch = Callable[[Repair, int, Any, Any], None]
"""Called for each change: the repair, the line, what was there, and what is there now (None for a row removed). Both
are texts of lines, rows as objects, or examples, by the level of the repair."""


class Mender:
    """repairs: in their order. surveys: by the id of each repair of the level 'file' that works in this pass."""

    def __init__(
        self,
        repairs: Sequence[Repair] = (),
        surveys: Mapping[str, Survey] | None = None,
        watch: Watch | None = None,
        context: Context | None = None,
    ) -> None:
        """Raises DataError where a repair needs a model's context and there is none."""
        if TOO_LONG in repairs and context is None:
            raise DataError(f"The step {TOO_LONG.title!r} needs a model to count tokens with.", "Choose a model first.")
        self._context = context
        self._surveys = surveys or {}
        self._watch = watch
        self._lines = [repair for repair in repairs if repair.level == "line"]
        self._rows = [repair for repair in repairs if repair.level == "row"]
        self._examples = [repair for repair in repairs if repair.level in ("example", "file")]
        self._tried: list[tuple[Repair, str, str]] = []
        self.leaves_out_unusable = UNUSABLE in repairs
        self.is_at_work = bool(repairs)
        self.repairs = tuple(repairs)
        for survey in self._surveys.values():
            survey.begin()
        self.changed: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()

    def line(self, text: str) -> str:
        """Tries to mend the text of a line that is not JSON; `read` says whether that helped."""
        self._tried.clear()
        for repair in self._lines:
            mended = repair.mend(text)
            if mended != text:
                self._tried.append((repair, text, mended))
                text = mended
        return text

    def read(self, line: int, done: bool) -> None:
        """Whether the line that was last tried could be read afterwards."""
        if done:
            for repair, before, after in self._tried:
                self._note(repair, line, before, after)
        self._tried.clear()

    def row(self, row: dict[str, Any], shape: str, line: int) -> dict[str, Any]:
        for repair in self._rows:
            mended = repair.mend(row, shape)
            if mended is not row:
                self._note(repair, line, row, mended)
                row = mended
        return row

    def example(self, example: Example, number: int) -> Example | None:
        """The example as mended; the same object where nothing changed, None where a repair removes the row. number: of
        the row in the files."""
        for repair in self._examples:
            mended = self._mended(repair, example, number)
            if mended is not example:
                self._note(repair, example.line, example, mended)
                if mended is None:
                    return None
                example = mended
        return example

    def _mended(self, repair: Repair, example: Example, number: int) -> Example | None:
        if repair.level == "file":
            return self._surveys[repair.id].mend(example, number)
        if repair is TOO_LONG and self._context is not None:
            return self._context.fitting(example)
        work: Single = repair.mend
        return work(example)

    def leave_out(self, line: int, what: object) -> None:
        """A row that cannot be used is left out."""
        self._note(UNUSABLE, line, what, None)

    def _note(self, repair: Repair, line: int, before: Any, after: Any) -> None:
        (self.removed if after is None else self.changed)[repair.id] += 1
        if self._watch:
            self._watch(repair, line, before, after)
