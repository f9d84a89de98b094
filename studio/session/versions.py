"""The history of a data set: what can be mended by a click, another shape, the same again as last time, and undo.

A version is made from the originals by a recipe, so nothing here ever changes what was brought in.
"""

import builtins
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from studio import data
from studio.data import Example, Finding, Guess, Mapping, Recipe, Repair, Source
from studio.data.log import Log
from studio.data.recipe import Reads
from studio.data.repairs import length
from studio.errors import DataError, JobError
from studio.models import ModelInfo
from studio.session.looking import Looking, is_large
from studio.session.preparing import reading_of, taken_in
from studio.session.tables import VersionRow
from studio.session.values import Dataset, Preview, Version

PREVIEWED = 5
PREVIEWED_ROWS = 20_000
COUNTING = {repair.id for repair in length.REPAIRS}
"""The repairs that need a model."""


class Versions(Looking):
    """Every method that changes something answers the data set at its new version, or with the job that makes it."""

    def versions(self, dataset_id: str) -> builtins.list[Version]:
        """The steps that led to the current version, the first one first."""
        steps: list[Version] = []
        with self._database.read() as transaction:
            number: int | None = self._row(transaction, dataset_id).version or None
            while number is not None:
                row = transaction.get_one(VersionRow, (dataset_id, number))
                steps.append(Version(row.number, row.says, row.created))
                number = row.parent
        return steps[::-1]

    def recipe(self, dataset_id: str) -> Recipe:
        """What was done to the original so far."""
        dataset = self.get(dataset_id)
        return data.recipe_of(dataset.folder, dataset.version)

    def guess(self, dataset_id: str) -> Guess:
        """What the first rows of the file are for, and how its columns can be mapped."""
        return _guess(data.originals(self.get(dataset_id).folder)[0])

    def preview_mapping(
        self, dataset_id: str, mapping: Mapping
    ) -> tuple[builtins.list[Example], builtins.list[Finding]]:
        """The first rows as this mapping reads them, and what is wrong with them then. DataError where it leaves a
        needed field empty."""
        source = data.originals(self.get(dataset_id).folder)[0]
        rows, findings = data.preview_mapping(source, mapping)
        shape = data.format_named(mapping.shape)
        read = (shape.parse(row, number, Log()) for number, row in enumerate(rows, start=1))
        return [example for example in read if example is not None], findings

    def repairs(self, dataset_id: str, model: ModelInfo | None = None) -> builtins.list[tuple[Repair, int]]:
        """The repairs that apply to the current version, each with the number of places it would mend. model: the one
        that is chosen, for rows that it would cut."""
        return data.repairs_for(self.seen_by(dataset_id, model).report)

    def preview_repair(self, dataset_id: str, repair_id: str, model: ModelInfo | None = None) -> Preview:
        """What a repair would change, with the first rows before and after; of a large file, in its first rows.
        DataError for a repair that needs a model and has none."""
        dataset = self.get(dataset_id)
        most = min(PREVIEWED_ROWS, dataset.report.rows) if is_large(dataset) else None
        reads = self._reads(dataset, model) if repair_id in COUNTING else None
        counts = data.preview_repair(dataset.folder, dataset.version, repair_id, PREVIEWED, reads=reads, most_rows=most)
        return Preview(*counts, most)

    def _reads(self, dataset: Dataset, model: ModelInfo | None) -> Reads | None:
        """The model's tokenizer, kept with the data set: what a version is made from must not change or go away."""
        reading = reading_of(model)
        if reading is None:
            return None
        name = f"tokenizer-{data.fingerprint(reading[0])[:12]}.json"
        if not (dataset.folder / name).exists():
            taken_in(reading[0], dataset.folder / name)
        return Reads(name, reading[1])

    def mend(
        self, dataset_id: str, repair_ids: Sequence[str], says: str | None = None, model: ModelInfo | None = None
    ) -> Dataset:
        """Applies repairs, beside those that were applied before. says: for the history; else the repairs' titles.
        model: for a repair that counts tokens."""
        recipe = self.recipe(dataset_id)
        if COUNTING & set(repair_ids):
            recipe = replace(recipe, reads=self._reads(self.get(dataset_id), model))
        added = [data.repair_of(name) for name in repair_ids if name not in recipe.repairs]
        if not added:
            raise JobError("Nothing was chosen that is not mended already.", "Choose another repair.")
        says = says or ". ".join(repair.title for repair in added) + "."
        repairs = (*recipe.repairs, *(repair.id for repair in added))
        return self._make(dataset_id, replace(recipe, repairs=repairs), says)

    def mend_safe(self, dataset_id: str) -> Dataset:
        """Applies every repair that loses nothing; JobError where there is none to apply."""
        dataset = self.get(dataset_id)
        repairs = data.safe_repairs(dataset.report)
        return self.mend(dataset_id, repairs, "Mended all that is safe." if len(repairs) > 1 else None)

    def set_shape(self, dataset_id: str, shape: str) -> Dataset:
        """Reads the rows as this shape (a format's NAME) from now on. Edits by hand were of the old one and go."""
        before = self.recipe(dataset_id)
        recipe = Recipe(shape=shape, repairs=before.repairs, reads=before.reads)
        return self._make(dataset_id, recipe, f"Read as {data.format_named(shape).TITLE}.")

    def set_mapping(self, dataset_id: str, mapping: Mapping) -> Dataset:
        """Reads the file's columns as the fields of a shape from now on."""
        before = self.recipe(dataset_id)
        recipe = Recipe(mapping=mapping, repairs=before.repairs, reads=before.reads)
        columns = ", ".join(dict.fromkeys(mapping.columns.values()))
        return self._make(dataset_id, recipe, f"Read as {data.format_named(mapping.shape).TITLE} from {columns}.")

    def mend_like(self, dataset_id: str, other_id: str) -> Dataset:
        """Takes the steps of another data set here: its shape, columns and repairs, not its edits by hand."""
        other, dataset = self.get(other_id), self.get(dataset_id)
        recipe = self.recipe(other_id).without_edits()
        if recipe == Recipe():
            raise DataError(f"{other.name} was not mended.", "Mend this file by itself.")
        if recipe.reads and not (dataset.folder / recipe.reads.tokenizer).exists():
            taken_in(other.folder / recipe.reads.tokenizer, dataset.folder / recipe.reads.tokenizer)
        return self._make(dataset_id, recipe, f"Mended like {other.name}.")

    def undo(self, dataset_id: str) -> Dataset:
        """Goes back to the version before; JobError at the first one."""
        with self._database.write() as transaction:
            row = self._row(transaction, dataset_id)
            parent = self._version(transaction, row).parent if row.version else None
            if parent is None:
                raise JobError(f"{row.name} is as it was brought in.", "There is nothing to undo.")
            row.version = parent
        return self.get(dataset_id)


@lru_cache(maxsize=16)
def _guess(original: Source) -> Guess:
    """An original never changes."""
    return data.shape_guess(original)
