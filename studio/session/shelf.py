"""Where an owner's data sets stand: their rows in the catalogue, their folders, and the taking over of what a prepare
job made. What a person does with them is in datasets.py, versions.py, editing.py and splits.py."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from studio import data
from studio.data.values import Report
from studio.errors import NotFoundError
from studio.session import lock
from studio.session.database import Database
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.tables import DatasetRow, JobRow, ProjectRow, VersionRow
from studio.session.values import Dataset, Run
from studio.settings import Settings

RESULT = "result"
"""The folder in which a prepare job leaves what it made, until it is taken over."""
INCOMING = "incoming"
"""The folder, in that of the data set, of files that a prepare job is to bring in."""


class Shelf:
    """The base of the noun `Datasets`. Another owner's id answers NotFoundError, like one that never was."""

    def __init__(self, settings: Settings, owner: str, database: Database, book: JobBook) -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book

    def get(self, dataset_id: str) -> Dataset:
        """The data set at its current version. NotFoundError also when its preparation was cancelled."""
        with self._database.read() as transaction:
            row = self._row(transaction, dataset_id)
        found = self._settled(row, next(iter(self._book.rows(kind="prepare", dataset=row.id)), None))
        if found is None:
            raise _nothing(dataset_id)
        return found

    def _row(self, transaction: Any, dataset_id: str) -> DatasetRow:
        row: DatasetRow | None = transaction.get(DatasetRow, dataset_id)
        if row is None or row.owner != self._owner:
            raise _nothing(dataset_id)
        return row

    def _version(self, transaction: Any, row: DatasetRow) -> VersionRow:
        """The current version's row."""
        found: VersionRow = transaction.get_one(VersionRow, (row.id, row.version))
        return found

    def _project(self, project_id: str) -> None:
        with self._database.read() as transaction:
            row = transaction.get(ProjectRow, project_id)
            if row is None or row.owner != self._owner:
                raise NotFoundError(f"There is no project {project_id}.", "Choose one from the list of projects.")

    def _folder(self, dataset_id: str) -> Path:
        return self._settings.datasets_folder / dataset_id

    def _settled(self, row: DatasetRow, job: JobRow | None) -> Dataset | None:
        """The data set after its newest prepare job: what that made is taken over; None where it was cancelled before
        there was a first version, and the data set with it."""
        preparing = None
        if job is not None:
            run = self._book.run(job)
            if run.state.state == "finished":
                row = self._take_over(row.id, run, job.options)
            elif run.state.state in ACTIVE or job.options.get("again") or not self._made(row, run.version):
                preparing = run
            if run.state.state == "stopped":
                preparing = None
                if not row.version:
                    with lock.hold(self._settings.home):
                        self._forget(row.id)
                    return None
        return self._dataset(row, preparing)

    def _made(self, row: DatasetRow, number: int | None) -> bool:
        """Whether a version of that number came into being by another way, so that the job's failure is past."""
        with self._database.read() as transaction:
            return transaction.get(VersionRow, (row.id, number)) is not None

    def _take_over(self, dataset_id: str, run: Run, how: Mapping[str, Any]) -> DatasetRow:
        """Moves what a finished job made into the data set's folder. May be cut short at any point and done again."""
        made = run.folder / RESULT
        if made.is_dir():
            with lock.hold(self._settings.home):
                folder = self._folder(dataset_id)
                for path in [found for found in made.rglob("*") if found.is_file()] if made.is_dir() else ():
                    target = folder / path.relative_to(made)
                    target.parent.mkdir(exist_ok=True)
                    path.replace(target)
                with self._database.write() as transaction:
                    row = self._row(transaction, dataset_id)
                    number = run.version or 1
                    if not row.fingerprint and run.state.result is not None:
                        row.fingerprint = combined(run.state.result["fingerprints"])
                    split = str(run.state.result.get("split", "")) if run.state.result else ""
                    known = transaction.get(VersionRow, (dataset_id, number))
                    if known is not None and how.get("again"):
                        known.split, known.split_how = split, dict(how["split_how"])
                    elif known is None:
                        self._add_version(transaction, row, number, str(how["says"]), run.created, split)
                shutil.rmtree(folder / INCOMING, ignore_errors=True)
                shutil.rmtree(made, ignore_errors=True)
        with self._database.read() as transaction:
            return self._row(transaction, dataset_id)

    def _add_version(
        self, transaction: Any, row: DatasetRow, number: int, says: str, moment: datetime, split: str = ""
    ) -> None:
        """A version that is made on disk becomes the current one; it is divided as its parent was, when it is asked for
        its split at the latest."""
        parent = transaction.get(VersionRow, (row.id, row.version))
        transaction.add(
            VersionRow(
                dataset=row.id,
                number=number,
                owner=row.owner,
                project=row.project,
                parent=row.version or None,
                says=says,
                created=moment,
                split=split,
                split_how=dict(parent.split_how) if parent else {},
            )
        )
        row.version = number

    def _next_number(self, dataset_id: str) -> int:
        with self._database.read() as transaction:
            newest = transaction.scalar(select(func.max(VersionRow.number)).where(VersionRow.dataset == dataset_id))
        return int(newest or 0) + 1

    def _forget(self, dataset_id: str) -> None:
        """Takes the data set with its files and its prepare jobs out of the world; the caller holds the home's lock."""
        jobs = self._book.rows(kind="prepare", dataset=dataset_id)
        with self._database.write() as transaction:
            row = transaction.get(DatasetRow, dataset_id)
            if row is not None:
                transaction.delete(row)
        shutil.rmtree(self._folder(dataset_id), ignore_errors=True)
        self._book.forget([job.id for job in jobs])

    def _dataset(self, row: DatasetRow, preparing: Run | None = None) -> Dataset:
        folder = self._folder(row.id)
        if row.version:
            report = replace(_report(folder, row.version), file=row.name)
        else:
            report = Report(row.name, None, 0, 0, ())
        return Dataset(
            row.id, row.project, row.name, row.fingerprint, row.created, report, folder, row.version, preparing
        )


def combined(prints: Sequence[str]) -> str:
    """The fingerprint of a data set: of one file its own, of several one over theirs."""
    return prints[0] if len(prints) == 1 else hashlib.sha256("\n".join(prints).encode()).hexdigest()


@lru_cache(maxsize=32)
def _report(folder: Path, version: int) -> Report:
    """A version's report never changes, and the page asks for it at every click."""
    return data.load_report(folder, version)


def _nothing(dataset_id: str) -> NotFoundError:
    return NotFoundError(f"There is no data set {dataset_id}.", "Choose one from the Data tab.")
