"""Rows changed by hand: edited in place, deleted, added, written anew. Each change is a step of the recipe and can be
undone."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import data
from studio.data import Edit, Example, Recipe
from studio.data.log import Log
from studio.data.readers import Unread, read_rows
from studio.errors import DataError, JobError
from studio.session.drafts import draft
from studio.session.values import Dataset
from studio.session.versions import Versions


class Editing(Versions):
    """number: of the row among the usable ones of `version` (0-based), as a page of rows gives it. JobError when the
    data set has another version by now, DataError for a row that could not be used."""

    def edit_row(self, dataset_id: str, version: int, number: int, example: Example) -> Dataset:
        """Puts `example` in the place of a row."""
        dataset, old = self._found(dataset_id, version, number)
        row = self._checked(dataset, example)
        if old.line:
            return self._edited(dataset, Edit("replace", old.line, row, old.file), f"Changed {_place(old)} by hand.")
        recipe = self.recipe(dataset_id)
        edits = list(recipe.edits)
        edits[self._added(dataset, number)] = Edit("add", 0, row)
        return self._make(dataset_id, replace(recipe, edits=tuple(edits)), f"Changed {_place(old)}.")

    def delete_row(self, dataset_id: str, version: int, number: int) -> Dataset:
        dataset, old = self._found(dataset_id, version, number)
        if old.line:
            return self._edited(dataset, Edit("delete", old.line, None, old.file), f"Deleted {_place(old)}.")
        recipe = self.recipe(dataset_id)
        edits = list(recipe.edits)
        del edits[self._added(dataset, number)]
        return self._make(dataset_id, replace(recipe, edits=tuple(edits)), f"Deleted {_place(old)}.")

    def add_row(self, dataset_id: str, example: Example) -> Dataset:
        """Puts a row at the end."""
        dataset = self.get(dataset_id)
        recipe = self.recipe(dataset_id)
        edits = (*recipe.edits, Edit("add", 0, self._checked(dataset, example)))
        return self._make(dataset_id, replace(recipe, edits=edits), "Added a row by hand.")

    def draft_line(self, dataset_id: str, line: int, file: int = 0) -> Example:
        """What a line that could not be used has to say, as an example to be completed."""
        dataset = self.get(dataset_id)
        source = data.originals(dataset.folder)[file]
        found = next((row for number, row in read_rows(source, Log()) if number == line), None)
        text = found.text if isinstance(found, Unread) else ""
        return draft(found, text, dataset.report.shape or "chat")

    def write_line(self, dataset_id: str, line: int, example: Example, file: int = 0) -> Dataset:
        """Puts `example` in the place of a line that could not be used. file: which of several originals, 0-based."""
        dataset = self.get(dataset_id)
        row = self._checked(dataset, example)
        return self._edited(dataset, Edit("replace", line, row, file), f"Wrote line {line:,} anew.")

    def _found(self, dataset_id: str, version: int, number: int) -> tuple[Dataset, Example]:
        dataset = self.get(dataset_id)
        rows = data.page_examples(dataset.folder, number, 1, version=version)[0] if dataset.version == version else []
        if not rows:
            raise JobError("The data set was changed meanwhile, here or in another window.", "Look at the row again.")
        return dataset, rows[0][1]

    def _edited(self, dataset: Dataset, edit: Edit, says: str) -> Dataset:
        """With this edit instead of an earlier one of the same line."""
        recipe = self.recipe(dataset.id)
        others = [e for e in recipe.edits if e.action == "add" or (e.file, e.line) != (edit.file, edit.line)]
        return self._make(dataset.id, replace(recipe, edits=(*others, edit)), says)

    def _added(self, dataset: Dataset, number: int) -> int:
        """Which edit added the row of that number: rows added by hand are all usable, and stand last in their order."""
        added = [place for place, edit in enumerate(self.recipe(dataset.id).edits) if edit.action == "add"]
        return added[number - dataset.report.usable]

    def _checked(self, dataset: Dataset, example: Example) -> dict[str, Any]:
        """The example as a row of the data set's shape, checked as if it were a file of its own."""
        if dataset.report.shape is None:
            raise DataError(f"The rows of {dataset.name} cannot be read yet.", "First say what its columns are.")
        wanted = data.format_named(dataset.report.shape)
        row = wanted.write(example)
        if row is None:
            raise DataError(f"This is no row of the shape {wanted.TITLE}.", f"Write it like {wanted.EXAMPLE}")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "row.jsonl"
            file.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
            report = data.check_file(file, recipe=Recipe(shape=dataset.report.shape)).report
        fault = next((finding for finding in report.findings if finding.severity == "error"), None)
        if fault is not None:
            raise DataError(fault.message, fault.remedy, field=fault.field)
        return row


def _place(example: Example) -> str:
    return f"line {example.line:,}" if example.line else "a row that was added by hand"
