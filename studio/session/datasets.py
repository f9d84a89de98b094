"""Data sets: look at them, take rows away, delete them. How one is brought in, mended, edited and divided is in
bringing.py, versions.py, editing.py and splits.py."""

import builtins
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from studio import data
from studio.data.values import Example, Report
from studio.errors import UsageError
from studio.models import ModelInfo
from studio.session import checking, lock
from studio.session.bringing import Bringing
from studio.session.editing import Editing
from studio.session.splits import Splits
from studio.session.tables import DatasetRow
from studio.session.values import Dataset


class Datasets(Bringing, Editing, Splits):
    """The owner's data sets. A file with errors is kept too: its report says what is wrong."""

    def check(self, path: Path) -> Report:
        """What is wrong with the file; nothing is kept."""
        return checking.check(self._settings, path)

    def list(self, project_id: str) -> builtins.list[Dataset]:
        """The project's data sets, the last one brought in first."""
        query = (
            select(DatasetRow)
            .where(DatasetRow.owner == self._owner, DatasetRow.project == project_id, ~DatasetRow.judging)
            .order_by(DatasetRow.used.desc(), DatasetRow.id.desc())
        )
        with self._database.read() as transaction:
            rows = transaction.scalars(query).all()
        newest = {job.dataset: job for job in reversed(self._book.rows(project_id, "prepare"))}
        found = [self._settled(row, newest.get(row.id)) for row in rows]
        return [dataset for dataset in found if dataset is not None]

    def latest(self, project_id: str) -> Dataset | None:
        """The data set that was brought in last, None when there is none."""
        return next(iter(self.list(project_id)), None)

    def last_time(self, dataset_id: str) -> Dataset | None:
        """The data set brought into the project before this one whose steps could be taken here as well; None where
        there is none, and once this one has steps of its own."""
        dataset = self.get(dataset_id)
        if dataset.version != 1:
            return None
        for other in self.list(dataset.project):
            if other.id != dataset.id and other.version > 1:
                return other if self._suits(dataset, other) else None
        return None

    def _suits(self, dataset: Dataset, other: Dataset) -> bool:
        """Whether the steps of the other one would do something here: the same columns, or the same shape with faults
        that they mend."""
        recipe = self.recipe(other.id)
        if recipe.mapping is not None:
            return set(recipe.mapping.columns.values()) <= set(self.guess(dataset.id).columns)
        offered = {repair.id for repair, _ in self.repairs(dataset.id)}
        return dataset.report.shape == other.report.shape and bool(offered & set(recipe.repairs))

    def page(
        self,
        dataset_id: str,
        start: int,
        count: int,
        search: str = "",
        rule: str | None = None,
        model: ModelInfo | None = None,
    ) -> tuple[builtins.list[tuple[int, Example]], int]:
        """`count` usable rows from the `start`-th (0-based) that holds `search` (and, with `rule`, that a finding of it
        is about): (row number, example), and how many there are in all. model: that would cut them, for such a rule."""
        dataset = self.seen_by(dataset_id, model) if rule else self.get(dataset_id)
        lines = None if rule is None else _places(dataset.report, rule)
        return data.page_examples(dataset.folder, start, count, search, lines, dataset.version)

    def export(self, dataset_id: str, shape: str | None = None, ending: str = ".jsonl") -> Path:
        """The current version's usable rows as a file to take away, in this shape (a format's NAME; None: its own).
        ending: .jsonl or .csv.

        DataError where the shape cannot hold the rows, UsageError for an ending that is neither.
        """
        dataset = self.get(dataset_id)
        if ending not in checking.ENDINGS:
            raise UsageError(f"Rows cannot be written as {ending[:20]}.", "Choose .jsonl or .csv.", field="ending")
        wanted = shape or dataset.report.shape or ""
        data.format_named(wanted)
        target = dataset.folder / "exports" / f"{Path(dataset.name).stem}-v{dataset.version}-{wanted}{ending}"
        return _written(target, lambda path: data.export_rows(dataset.folder, dataset.version, path, wanted))

    def rejected(self, dataset_id: str) -> Path:
        """The rows that are left out, with the reasons, as JSONL."""
        dataset = self.get(dataset_id)
        target = dataset.folder / "exports" / f"{Path(dataset.name).stem}-v{dataset.version}-left-out.jsonl"
        return _written(target, lambda path: data.rejected_rows(dataset.folder, dataset.version, path))

    def delete(self, dataset_id: str) -> None:
        """Deletes the data set with its files; refused while a job reads or makes it. Runs made from it stay."""
        self.get(dataset_id)
        with lock.hold(self._settings.home):
            self._book.refuse_active(self._book.rows(dataset=dataset_id))
            self._forget(dataset_id)


def _written(target: Path, write: Callable[[Path], object]) -> Path:
    """The file, written once: what a version holds never changes."""
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        part = target.with_name(f".{secrets.token_hex(4)}{target.suffix}")
        try:
            write(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return target


def _places(report: Report, rule: str) -> builtins.list[tuple[int, int]]:
    """Where the findings of a rule are: the 0-based file and the line."""
    files = {name: place for place, name in enumerate(report.files)}
    found = [finding for finding in report.findings if finding.rule == rule and finding.line is not None]
    return [(files.get(finding.file or "", 0), finding.line or 0) for finding in found]
