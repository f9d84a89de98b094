"""How data comes in: a file or several, a sample, a data set of the Hub."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from studio import data
from studio.data import Recipe, Source
from studio.data.guess import first_recipe
from studio.data.hub import hub_name
from studio.data.sources import size_of
from studio.session import ids, lock, samples
from studio.session.preparing import MEGABYTE, Preparing, counted_with, large, taken_in
from studio.session.shelf import INCOMING, combined
from studio.session.tables import DatasetRow
from studio.session.values import Dataset, Sample

BROUGHT_IN = "Brought in."


class Bringing(Preparing):
    def samples(self) -> tuple[Sample, ...]:
        """The data sets that ship with the studio."""
        return samples.all_samples()

    def add_sample(self, project_id: str, sample_id: str) -> Dataset:
        sample = samples.get(sample_id)
        return self.add(project_id, sample.path, sample.path.name, mapped=True)

    def add(
        self,
        project_id: str,
        paths: Path | Sequence[Path],
        name: str | None = None,
        *,
        judging: bool = False,
        aside: bool = False,
        mapped: bool = False,
    ) -> Dataset:
        """Copies a file (or several, as one data set) in and checks it. The same content again answers the data set
        there is, under the new name.

        judging: brought for an evaluation alone; such a data set is never listed and never the latest. aside: what is
        large goes to a job of its own, and the answer is a data set that is being prepared. mapped: columns of other
        names are read as what their names say, where that is as good as sure.
        Raises DataError for what cannot be read at all, NotFoundError for an unknown project.
        """
        self._project(project_id)
        sources = data.sources_of(paths, name)
        size_of(sources, self._limit)
        recipe, says = _first(sources[0]) if mapped else (Recipe(), BROUGHT_IN)
        row = self._new(project_id, data.name_of(sources, name), judging)
        folder = self._folder(row.id)
        folder.mkdir(parents=True)
        try:
            later = aside and large([source.path for source in sources])
            if later:
                files = [folder / INCOMING / str(place) / source.path.name for place, source in enumerate(sources)]
                prints = [taken_in(source.path, file) for source, file in zip(sources, files, strict=True)]
            else:
                data.import_file([s.path for s in sources], folder, row.name, self._limit, recipe=recipe)
                if large([source.path for source in sources]):
                    data.measure(folder, 1, counted_with()[0])
                prints = [data.fingerprint(source.path) for source in data.originals(folder)]
            row.fingerprint = combined(prints)
            known = self._kept(row, says if not later else None)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if known is not None:
            shutil.rmtree(folder, ignore_errors=True)
            return self.get(known)
        if later:
            self._begin(row, files, recipe, says)
        return self.get(row.id)

    def add_from_hub(self, project_id: str, repository: str) -> Dataset:
        """Fetches a public data set (owner/name, perhaps with a folder in it, or the address of its page) in a job;
        the answer is a data set that is being prepared. DataError for what is no such name."""
        self._project(project_id)
        row = self._new(project_id, hub_name(repository), judging=False)
        self._folder(row.id).mkdir(parents=True)
        self._kept(row, None)
        self._begin(row, [], Recipe(), BROUGHT_IN, repository)
        return self.get(row.id)

    def _new(self, project_id: str, name: str, judging: bool) -> DatasetRow:
        moment = ids.now()
        return DatasetRow(
            id=ids.new(moment),
            owner=self._owner,
            project=project_id,
            name=name,
            fingerprint="",
            created=moment,
            used=moment,
            judging=judging,
            version=0,
        )

    def _begin(self, row: DatasetRow, files: Sequence[Path], recipe: Recipe, says: str, hub: str = "") -> None:
        """Starts the job that makes the first version; without it nothing of the data set stays."""
        try:
            self._prepare(self._dataset(row), files, recipe, says, hub)
        except BaseException:
            with lock.hold(self._settings.home):
                self._forget(row.id)
            raise

    @property
    def _limit(self) -> int:
        return self._settings.upload_limit_mb * MEGABYTE

    def _kept(self, row: DatasetRow, says: str | None) -> str | None:
        """Enters the data set into the catalogue, with its first version (what it says) where that is made; or the id
        of the one that has the same content already."""
        with lock.hold(self._settings.home), self._database.write() as transaction:
            known = self._same(transaction, row)
            if known is not None:
                known.name, known.used = row.name, row.used
                return known.id
            transaction.add(row)
            if says is not None:
                transaction.flush()
                self._add_version(transaction, row, 1, says, row.created)
        return None

    def _same(self, transaction: Any, row: DatasetRow) -> DatasetRow | None:
        query = select(DatasetRow).where(
            DatasetRow.owner == self._owner,
            DatasetRow.project == row.project,
            DatasetRow.fingerprint == row.fingerprint,
            DatasetRow.judging == row.judging,
            DatasetRow.version > 0,
        )
        # How a file is read goes by its ending, so the same bytes under another one are another data set.
        ending = Path(row.name).suffix.lower()
        return next((known for known in transaction.scalars(query) if Path(known.name).suffix.lower() == ending), None)


def _first(source: Source) -> tuple[Recipe, str]:
    """How a file is read at first, and what is said of that."""
    recipe = first_recipe(source)
    if recipe.mapping is None:
        return recipe, BROUGHT_IN
    columns = ", ".join(dict.fromkeys(recipe.mapping.columns.values()))
    return recipe, f"Brought in, and read as {data.format_named(recipe.mapping.shape).TITLE} from {columns}."
