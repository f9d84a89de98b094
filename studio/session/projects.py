"""Projects: list, open, create, rename, delete, and what the page remembers about each."""

import shutil
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from studio.errors import NotFoundError, UsageError
from studio.session import ids, lock
from studio.session.database import Database
from studio.session.tables import DatasetRow, JobRow, ProjectRow
from studio.session.values import Project
from studio.settings import Settings

if TYPE_CHECKING:
    from studio.session.jobbook import JobBook

FIRST_NAME = "My first project"
LONGEST_NAME = 200


class Projects:
    """The owner's projects. Another owner's id answers NotFoundError, like one that never was."""

    def __init__(self, settings: Settings, owner: str, database: Database, book: "JobBook") -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book

    def list(self) -> list[Project]:
        """All projects, the last opened first."""
        mine = select(ProjectRow).where(ProjectRow.owner == self._owner)
        with self._database.read() as transaction:
            rows = transaction.scalars(mine.order_by(ProjectRow.opened.desc(), ProjectRow.id.desc())).all()
        return [_project(row) for row in rows]

    def open(self, project_id: str) -> Project:
        """The project, which is the current one from now on."""
        with self._database.write() as transaction:
            row = self._row(transaction, project_id)
            row.opened = ids.now()
            return _project(row)

    def current(self) -> Project:
        """The project opened last; the first call of all makes one."""
        found = self.list()
        if found:
            return found[0]
        with lock.hold(self._settings.home):
            found = self.list()
            return found[0] if found else self.create(FIRST_NAME)

    def create(self, name: str) -> Project:
        """A new project, opened. UsageError for an empty or overlong name."""
        moment = ids.now()
        row = ProjectRow(
            id=ids.new(moment), owner=self._owner, name=checked_name(name), created=moment, opened=moment, choices={}
        )
        with self._database.write() as transaction:
            transaction.add(row)
        return _project(row)

    def rename(self, project_id: str, name: str) -> Project:
        with self._database.write() as transaction:
            row = self._row(transaction, project_id)
            row.name = checked_name(name)
            return _project(row)

    def delete(self, project_id: str) -> None:
        """Deletes the project with its data sets, runs and conversations; refused while one of its runs is at work."""
        with lock.hold(self._settings.home):
            self._book.refuse_active(self._book.rows(project_id))
            with self._database.write() as transaction:
                row = self._row(transaction, project_id)
                datasets = transaction.scalars(select(DatasetRow.id).where(DatasetRow.project == project_id)).all()
                jobs = transaction.scalars(select(JobRow.id).where(JobRow.project == project_id)).all()
                transaction.delete(row)
            for folder in [self._settings.datasets_folder / d for d in datasets]:
                shutil.rmtree(folder, ignore_errors=True)
            for folder in [self._settings.jobs_folder / j for j in jobs]:
                shutil.rmtree(folder, ignore_errors=True)

    def remember(self, project_id: str, **choices: Any) -> None:
        """Keeps what the page chose (values that JSON can hold), beside what was kept before; None forgets one."""
        with self._database.write() as transaction:
            row = self._row(transaction, project_id)
            merged = {**row.choices, **choices}
            row.choices = {name: value for name, value in merged.items() if value is not None}

    def choices(self, project_id: str) -> dict[str, Any]:
        """What `remember` kept for the project."""
        with self._database.read() as transaction:
            return dict(self._row(transaction, project_id).choices)

    def _row(self, transaction: Any, project_id: str) -> ProjectRow:
        row: ProjectRow | None = transaction.get(ProjectRow, project_id)
        if row is None or row.owner != self._owner:
            raise NotFoundError(f"There is no project {project_id}.", "Choose one from the list of projects.")
        return row


def checked_name(name: str) -> str:
    """The name without spaces at its ends; UsageError when nothing is left or it is too long."""
    name = " ".join(name.split())
    if not name:
        raise UsageError("The name is empty.", "Give it a name of at least one letter.", field="name")
    if len(name) > LONGEST_NAME:
        raise UsageError(
            f"The name has {len(name)} characters.", f"Use at most {LONGEST_NAME} characters.", field="name"
        )
    return name


def _project(row: ProjectRow) -> Project:
    return Project(row.id, row.name, row.created)
