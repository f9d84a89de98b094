"""The history of a data set: what is wrong with it, one-click repairs, another shape, edits by hand, and undo.

A version is made from the originals by a recipe, so nothing here ever changes what was brought in.
"""

import builtins

from studio import data
from studio.data.recipe import Recipe
from studio.errors import JobError
from studio.session.preparing import Preparing
from studio.session.tables import VersionRow
from studio.session.values import Dataset, Version


class Versions(Preparing):
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

    def undo(self, dataset_id: str) -> Dataset:
        """Goes back to the version before; JobError at the first one."""
        with self._database.write() as transaction:
            row = self._row(transaction, dataset_id)
            parent = self._version(transaction, row).parent if row.version else None
            if parent is None:
                raise JobError(f"{row.name} is as it was brought in.", "There is nothing to undo.")
            row.version = parent
        return self.get(dataset_id)
