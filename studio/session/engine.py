"""The session: opens the home and the catalogue once, and holds the nouns. Every user action is a method of a noun."""

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from studio.errors import StorageError
from studio.hosted.keys import Keys
from studio.inference.process import ChatServers
from studio.jobs.launchers.warm import Warm
from studio.jobs.lease import LOCAL
from studio.jobs.supervisor import Supervisor
from studio.session.applications import Applications
from studio.session.chats import Chats
from studio.session.database import Database
from studio.session.datasets import Datasets
from studio.session.device import device
from studio.session.evaluations import Evaluations
from studio.session.exports import Exports
from studio.session.hosted import HostedRuns
from studio.session.jobbook import JobBook
from studio.session.models import Models
from studio.session.projects import Projects
from studio.session.providers import Providers
from studio.session.runs import Runs
from studio.session.values import Device
from studio.settings import Settings


class Session:
    """What an owner can do. Safe to share between the threads of a process; close it, or use it with `with`.

    owner: whose data this session sees. A function is asked anew at every action: so one page serves many visitors, and
    everything it does passes here. Each noun knows its owner alone; another one's id answers NotFoundError.
    Creating a session makes the home folder and brings the database up to date (StorageError when that cannot be).
    """

    def __init__(self, settings: Settings, owner: str | Callable[[], str] = LOCAL) -> None:
        self.settings = settings
        self._owner = owner if callable(owner) else lambda: owner
        _make_home(settings)
        self._database = Database(settings)
        self._warm = Warm(settings.threads)
        self._supervisor = Supervisor(settings, self._warm.launch)
        self._servers = ChatServers(settings)
        self._keys = Keys(settings.hosted_keys)

    @property
    def owner(self) -> str:
        return self._owner()

    @property
    def projects(self) -> Projects:
        book = self._book()
        return Projects(self.settings, book.owner, self._database, book)

    @property
    def datasets(self) -> Datasets:
        book = self._book()
        return Datasets(self.settings, book.owner, self._database, book)

    @property
    def models(self) -> Models:
        return Models(self.settings, self._book(), self._keys)

    @property
    def runs(self) -> Runs:
        return Runs(self.settings, self.datasets, self.models, self._book(), self._keys)

    @property
    def evaluations(self) -> Evaluations:
        return Evaluations(self.settings, self.datasets, self._book(), self.hosted, self.providers)

    @property
    def applications(self) -> Applications:
        return Applications(self.settings, self._book(), self.hosted, self.providers)

    @property
    def chats(self) -> Chats:
        book = self._book()
        return Chats(self.settings, book.owner, self._database, book, self._servers, self.hosted)

    @property
    def providers(self) -> Providers:
        return Providers(self.settings, self.owner, self._keys)

    @property
    def hosted(self) -> HostedRuns:
        return HostedRuns(self.settings, self.datasets, self._book(), self.providers)

    @property
    def exports(self) -> Exports:
        return Exports(self._book())

    def device(self) -> Device:
        """What the work runs on here, and who has it, as far as that is this owner's business."""
        found = device(self.settings)
        foreign = found.holder is not None and found.holder.owner != self.owner
        return replace(found, holder=None) if foreign else found

    def warm(self) -> None:
        """Has a worker get ready for the next training, so that its first step comes sooner; returns at once."""
        self._warm.prepare()

    def close(self) -> None:
        """Lets go of the database. Jobs and chat models go on: they are processes of their own."""
        self._warm.end()
        self._database.close()

    def _book(self) -> JobBook:
        return JobBook(self.settings, self.owner, self._database, self._supervisor)

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
