"""The session: opens the home and the catalogue once, and holds the nouns. Every user action is a method of a noun."""

from types import TracebackType
from typing import Self

from studio.errors import StorageError
from studio.session.chats import Chats
from studio.session.database import Database
from studio.session.datasets import Datasets
from studio.session.device import device
from studio.session.evaluations import Evaluations
from studio.session.exports import Exports
from studio.session.jobbook import JobBook
from studio.session.models import Models
from studio.session.projects import Projects
from studio.session.runs import Runs
from studio.session.values import Device
from studio.settings import Settings


class Session:
    """What one owner can do. Safe to share between the threads of a process; close it, or use it with `with`.

    Creating one makes the home folder and brings the database up to date (StorageError when that cannot be).
    """

    def __init__(self, settings: Settings, owner: str = "local") -> None:
        self.settings = settings
        self.owner = owner
        _make_home(settings)
        self._database = Database(settings)
        book = JobBook(settings, owner, self._database)
        self.projects = Projects(settings, owner, self._database, book)
        self.datasets = Datasets(settings, owner, self._database, book)
        self.models = Models()
        self.runs = Runs(settings, self.datasets, book)
        self.evaluations = Evaluations(settings, self.datasets, book)
        self.chats = Chats(settings, owner, self._database, book)
        self.exports = Exports(book)

    def device(self) -> Device:
        """What the work runs on here, and who has it."""
        return device(self.settings)

    def close(self) -> None:
        """Lets go of the database. Jobs and chat models go on: they are processes of their own."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _make_home(settings: Settings) -> None:
    try:
        for folder in (settings.home, settings.jobs_folder, settings.datasets_folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The home folder {settings.home} cannot be made ({error.strerror or error}).",
            "Choose a folder you may write to with --home or STUDIO_HOME.",
        ) from error
