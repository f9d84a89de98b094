"""Data sets: bring a file in, look at it, split it, delete it."""

import builtins
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from studio import data
from studio.data.values import Example, Report, Split
from studio.errors import NotFoundError
from studio.session import checking, ids, lock, samples
from studio.session.database import Database
from studio.session.tables import DatasetRow, ProjectRow
from studio.session.values import Dataset, Sample
from studio.settings import Settings

if TYPE_CHECKING:
    from studio.session.jobbook import JobBook


class Datasets:
    """The owner's data sets. A file with errors is kept too: its report says what is wrong."""

    def __init__(self, settings: Settings, owner: str, database: Database, book: "JobBook") -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book

    def check(self, path: Path) -> Report:
        """What is wrong with the file; nothing is kept."""
        return checking.check(self._settings, path)

    def samples(self) -> tuple[Sample, ...]:
        """The data sets that ship with the studio."""
        return samples.all_samples()

    def add_sample(self, project_id: str, sample_id: str) -> Dataset:
        sample = samples.get(sample_id)
        return self.add(project_id, sample.path, sample.path.name)

    def add(self, project_id: str, path: Path, name: str | None = None, *, judging: bool = False) -> Dataset:
        """Copies the file in and checks it. The same content again answers the data set there is, under the new name.

        judging: brought for an evaluation alone; such a data set is never listed and never the latest.
        Raises DataError for what cannot be read at all, NotFoundError for an unknown project.
        """
        name = name or path.name
        self._project(project_id)
        limit = self._settings.upload_limit_mb * checking.MEGABYTE
        moment = ids.now()
        row = DatasetRow(
            id=ids.new(moment),
            owner=self._owner,
            project=project_id,
            name=name,
            fingerprint="",
            created=moment,
            used=moment,
            judging=judging,
            split="",
        )
        folder = self._folder(row.id)
        folder.mkdir(parents=True)
        try:
            data.import_file(path, folder, name, limit)
            row.fingerprint = data.fingerprint(next(folder.glob("original*")))
            with lock.hold(self._settings.home), self._database.write() as transaction:
                known = self._same(transaction, row)
                if known is None:
                    transaction.add(row)
                else:
                    known.name, known.used = name, moment
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if known is not None:
            shutil.rmtree(folder, ignore_errors=True)
            return self._dataset(known)
        return self._dataset(row)

    def get(self, dataset_id: str) -> Dataset:
        with self._database.read() as transaction:
            return self._dataset(self._row(transaction, dataset_id))

    def list(self, project_id: str) -> builtins.list[Dataset]:
        """The project's data sets, the last one brought in first."""
        query = (
            select(DatasetRow)
            .where(DatasetRow.owner == self._owner, DatasetRow.project == project_id, ~DatasetRow.judging)
            .order_by(DatasetRow.used.desc(), DatasetRow.id.desc())
        )
        with self._database.read() as transaction:
            rows = transaction.scalars(query).all()
        return [self._dataset(row) for row in rows]

    def latest(self, project_id: str) -> Dataset | None:
        """The data set that was brought in last, None when there is none."""
        return next(iter(self.list(project_id)), None)

    def page(
        self, dataset_id: str, start: int, count: int, search: str = ""
    ) -> tuple[builtins.list[tuple[int, Example]], int]:
        """`count` usable rows from the `start`-th (0-based) that holds `search`: (row number, example), and how many
        there are in all."""
        return data.page_examples(self.get(dataset_id).folder, start, count, search)

    def split(self, dataset_id: str, validation: float = 0.1, test: float = 0.1, seed: int = 17) -> Split:
        """Divides the usable rows and makes this the data set's split. validation, test: shares of the rows.

        DataError when there are fewer than 4 usable rows.
        """
        folder = self.get(dataset_id).folder
        examples = data.load_examples(folder / "rows.parquet")
        made = data.make_split(examples, seed=seed, validation_share=validation, test_share=test)
        path = data.save_split(made, folder)
        with self._database.write() as transaction:
            self._row(transaction, dataset_id).split = path.name
        return made

    def current_split(self, dataset_id: str) -> Split:
        """The data set's split; made with the default shares when there is none yet."""
        path = self.split_file(dataset_id)
        return data.load_split(path)

    def split_file(self, dataset_id: str) -> Path:
        """Where the data set's current split lies; made with the default shares when there is none yet."""
        with self._database.read() as transaction:
            name = self._row(transaction, dataset_id).split
        if not name:
            self.split(dataset_id)
            return self.split_file(dataset_id)
        return self._folder(dataset_id) / name

    def statistics(self, dataset_id: str) -> "data.Statistics":
        """Counts and lengths of the usable rows."""
        return data.statistics(data.load_examples(self.get(dataset_id).folder / "rows.parquet"))

    def delete(self, dataset_id: str) -> None:
        """Deletes the data set with its files; refused while a run reads it. Runs made from it stay."""
        with lock.hold(self._settings.home):
            self._book.refuse_active(self._book.rows(dataset=dataset_id))
            with self._database.write() as transaction:
                transaction.delete(self._row(transaction, dataset_id))
            shutil.rmtree(self._folder(dataset_id), ignore_errors=True)

    def _project(self, project_id: str) -> None:
        with self._database.read() as transaction:
            row = transaction.get(ProjectRow, project_id)
            if row is None or row.owner != self._owner:
                raise NotFoundError(f"There is no project {project_id}.", "Choose one from the list of projects.")

    def _same(self, transaction: Any, row: DatasetRow) -> DatasetRow | None:
        query = select(DatasetRow).where(
            DatasetRow.owner == self._owner,
            DatasetRow.project == row.project,
            DatasetRow.fingerprint == row.fingerprint,
            DatasetRow.judging == row.judging,
        )
        # How a file is read goes by its ending, so the same bytes under another one are another data set.
        ending = Path(row.name).suffix.lower()
        return next((known for known in transaction.scalars(query) if Path(known.name).suffix.lower() == ending), None)

    def _row(self, transaction: Any, dataset_id: str) -> DatasetRow:
        row: DatasetRow | None = transaction.get(DatasetRow, dataset_id)
        if row is None or row.owner != self._owner:
            raise NotFoundError(f"There is no data set {dataset_id}.", "Choose one from the Data tab.")
        return row

    def _folder(self, dataset_id: str) -> Path:
        return self._settings.datasets_folder / dataset_id

    def _dataset(self, row: DatasetRow) -> Dataset:
        folder = self._folder(row.id)
        report = replace(data.load_report(folder), file=row.name)
        return Dataset(row.id, row.project, row.name, row.fingerprint, row.created, report, folder)
