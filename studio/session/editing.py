"""Rows changed by hand: edited in place, deleted, added. Each change is a step of the recipe and can be undone."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import data
from studio.data import Edit, Recipe
from studio.errors import DataError
from studio.session.values import Dataset
from studio.session.versions import Versions

Row = dict[str, Any]


class Editing(Versions):
    """line and file: where the row stands in the originals (file 0-based); line 0 for a row that was added by hand,
    which `place` tells from the others (0-based). row: a JSON object of the data set's shape.

    Raises DataError for a row that could not be used.
    """

    def edit_row(self, dataset_id: str, line: int, row: Row, file: int = 0, place: int = 0) -> Dataset:
        self._usable(dataset_id, row)
        edit = Edit("replace", line, row, file) if line else Edit("add", 0, row)
        where = f"line {line:,}" if line else "a row that was added by hand"
        return self._make(dataset_id, self._edited(dataset_id, edit, place), f"Changed {where} by hand.")

    def delete_row(self, dataset_id: str, line: int, file: int = 0, place: int = 0) -> Dataset:
        edit = Edit("delete", line, None, file)
        where = f"line {line:,}" if line else "a row that was added by hand"
        return self._make(dataset_id, self._edited(dataset_id, edit, place), f"Deleted {where}.")

    def add_row(self, dataset_id: str, row: Row) -> Dataset:
        self._usable(dataset_id, row)
        recipe = self.recipe(dataset_id)
        return self._make(
            dataset_id, replace(recipe, edits=(*recipe.edits, Edit("add", 0, row))), "Added a row by hand."
        )

    def _edited(self, dataset_id: str, edit: Edit, place: int) -> Recipe:
        """The recipe with this edit in the place of an earlier one of the same row."""
        recipe = self.recipe(dataset_id)
        edits = list(recipe.edits)
        if edit.line:
            edits = [e for e in edits if e.action == "add" or (e.file, e.line) != (edit.file, edit.line)]
            return replace(recipe, edits=(*edits, edit))
        added = [number for number, known in enumerate(edits) if known.action == "add"]
        if place >= len(added):
            raise DataError("This row is not there any more.", "Reload the page to see the rows as they are.")
        edits[added[place] : added[place] + 1] = [edit] if edit.action == "add" else []
        return replace(recipe, edits=tuple(edits))

    def _usable(self, dataset_id: str, row: Row) -> None:
        """Checks the one row as if it were a file of its own."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "row.jsonl"
            file.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
            report = data.check_file(file, recipe=Recipe(shape=self.get(dataset_id).report.shape)).report
        fault = next((finding for finding in report.findings if finding.severity == "error"), None)
        if fault is not None:
            raise DataError(fault.message, fault.remedy, field=fault.field)
