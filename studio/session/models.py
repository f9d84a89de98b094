"""Base models as one owner sees them: what comes with the studio, what was fetched from the Hub, folders, and the
owner's own tuned models; and the fetching itself."""

import builtins
import shutil
from pathlib import Path

from studio import methods, models
from studio.errors import BusyError, JobError, ModelError, NotFoundError
from studio.hosted.keys import Keys
from studio.jobs.spec import Fetch, Merge
from studio.models import Card, ModelInfo, card_of, fit, hub
from studio.models.body import MODEL, TOKEN
from studio.session import lock
from studio.session.device import tuning_memory_bytes
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.tables import JobRow, ProjectRow
from studio.session.tuned import tuned
from studio.session.values import Run
from studio.settings import Settings

KIND, MERGE = "fetch", "merge"
TUNED = "run:"
"""Begins the reference of an earlier tuned model; its run's id follows."""
HUB = "https://huggingface.co"


class Models:
    def __init__(self, settings: Settings, book: JobBook, keys: Keys) -> None:
        self._settings = settings
        self._book = book
        self._keys = keys

    def cards(self) -> tuple[Card, ...]:
        """The base models that come with the studio, in the order of the page."""
        return models.available()

    def at_hand(self) -> tuple[ModelInfo, ...]:
        """What these models are."""
        return tuple(models.resolve(card.id) for card in models.available())

    def fetched(self) -> builtins.list[str]:
        """Names of the models that were fetched to this machine, in order."""
        self._settle()
        folder = self._settings.models_folder
        return sorted(_name(path) for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def tuned(self, project_id: str) -> builtins.list[Run]:
        """The project's finished runs whose tuned model can be tuned further; an addition has to be joined first."""
        runs = (self._book.run(row) for row in self._book.rows(project_id, "train") if row.kind == "train")
        return [run for run in runs if run.state.state == "finished" and run.state.kept is not None]

    def fits(self, parameters: int) -> fit.Fit:
        """Whether a model of so many weights can be tuned on this machine now."""
        return fit.fit(parameters, tuning_memory_bytes())

    def inspect(self, reference: str) -> ModelInfo:
        """What a base model is: 'recommended', one that comes with the studio, one that was fetched (owner/name), a
        folder, or run:ID for an earlier tuned model. ModelError when it is missing or unfit.

        In a public demonstration a visitor reaches no folder of the server: the proposed models alone are looked at.
        """
        wanted = reference.strip()
        card = card_of(wanted)
        if wanted.startswith(TUNED):
            return self._tuned(wanted.removeprefix(TUNED))
        if wanted == "recommended" or (card is not None and card.bundled):
            return models.resolve(wanted)
        if self._settings.space:
            raise ModelError(
                "This is a public demonstration, so it opens no folders.", "Choose one of the models in the list."
            )
        if hub.NAME.fullmatch(wanted):
            folder = self._folder(wanted)
            if folder.is_dir():
                return models.inspect(folder, name=wanted)
            if card is not None or not Path(wanted).is_dir():
                title = card.title if card else wanted
                raise ModelError(f"{title} is not on this machine yet.", "Fetch it from the Hub first.", field="model")
        return models.resolve(wanted)

    def search(self, text: str) -> builtins.list[hub.Found]:
        """Models of the Hub with these words; ServiceError without a network."""
        self._may_ask()
        return hub.search(text, self._token())

    def look_up(self, name: str) -> hub.Found:
        """What one model of the Hub is; ModelError for one that is not there or of no use here."""
        self._may_ask()
        return hub.look_up(hub.name_of(name), self._token())

    def fetch(self, project_id: str, name: str) -> Run:
        """Starts to bring a model of the Hub to this machine, and returns at once. ModelError for what is no name of
        one; BusyError while another one is on its way."""
        self._may_ask()
        with self._book.database.read() as transaction:
            project = transaction.get(ProjectRow, project_id)
        if project is None or project.owner != self._book.owner:
            raise NotFoundError(f"There is no project {project_id}.", "Choose one from the list of projects.")
        repository = hub.name_of(name)
        if repository in self.fetched():
            raise ModelError(f"{repository} is on this machine already.", "Choose it in the list.")
        self._forget_ended(KIND)
        row = self._row(project_id, KIND, f"Fetching {repository}", repository, None)
        token = self._token()
        return self._book.start(row, lambda: Fetch(repository), {TOKEN: token} if token else None)

    def to_join(self, reference: str) -> bool:
        """Whether this is a tuned model of ours that is an addition, and has to be joined with its base model first."""
        run_id = reference.removeprefix(TUNED)
        return reference != run_id and not _whole(self._book.row(run_id)) and self._joined(run_id) is None

    def join(self, run_id: str) -> Run:
        """Starts to join the tuned addition of a run with its base model, and returns at once; it is then a base model
        like any other. BusyError when the machine is held."""
        run, addition, work = tuned(self._book, run_id)
        if not self.to_join(f"{TUNED}{run_id}"):
            raise ModelError(f"The tuned model of {run.name} is whole already.", "Choose it in the list.")
        self._forget_ended(MERGE)
        row = self._row(run.project, MERGE, f"Joining {run.name}", run.name, run_id)
        return self._book.start(row, lambda: Merge(work.model, work.model_name, addition, self._settings.threads))

    def under_way(self) -> Run | None:
        """The fetch or join that is under way, or that failed and was not put away yet."""
        self._settle()
        runs = (self._book.run(row) for kind in (KIND, MERGE) for row in self._book.rows(kind=kind))
        return next((run for run in runs if run.state.state != "finished"), None)

    def cancel(self) -> None:
        """Ends what is under way, or puts away what failed; JobError when there is none."""
        found = self.under_way()
        if found is None:
            raise JobError("No model is on its way.", "There is nothing to cancel.")
        if found.state.state in ACTIVE:
            self._book.supervisor.stop(found.id)
        else:
            self._book.forget([found.id])

    def remove(self, name: str) -> None:
        """Deletes a fetched model from this machine; BusyError while a job or a chat is at work."""
        if name not in self.fetched():
            raise NotFoundError(f"There is no fetched model {name}.", "Choose one of the list.")
        with lock.hold(self._settings.home):
            if self._book.supervisor.holder() is not None:
                raise BusyError(
                    "A training, an evaluation or a chat is at work, perhaps with this model.", "Wait until it is done."
                )
            shutil.rmtree(self._folder(name), ignore_errors=True)

    def give_token(self, token: str) -> None:
        """Remembers the owner's token for the Hub, in memory alone; UsageError for what cannot be one."""
        self._keys.give(self._book.owner, HUB, token)

    def has_token(self) -> bool:
        return bool(self._token())

    def _token(self) -> str:
        return self._keys.find(self._book.owner, HUB) or ""

    def _may_ask(self) -> None:
        if self._settings.space:
            raise ModelError(
                "This is a public demonstration, so it fetches no models.", "Choose one of the models in the list."
            )

    def _folder(self, name: str) -> Path:
        return self._settings.models_folder / name.replace("/", "--")

    def _tuned(self, run_id: str) -> ModelInfo:
        """The tuned model of a run as a base; ModelError where it is an addition that was not joined yet."""
        run, checkpoint, work = tuned(self._book, run_id)
        found = Path(checkpoint.path) if methods.get(work.method).keeps == "model" else self._joined(run_id)
        if found is None:
            raise ModelError(
                f"{run.name} kept an addition to {work.model_name}, which is no whole model yet.",
                "Join the two first, on the Method tab.",
                field="model",
            )
        return models.inspect(found, name=run.name)

    def _joined(self, run_id: str) -> Path | None:
        """Where the joined model of a run lies."""
        runs = (self._book.run(row) for row in self._book.rows(kind=MERGE, parent=run_id))
        return next((run.folder / MODEL for run in runs if run.state.state == "finished"), None)

    def _row(self, project: str, kind: str, name: str, model: str, parent: str | None) -> JobRow:
        return JobRow(
            project=project,
            kind=kind,
            name=name,
            dataset=None,
            version=None,
            model=model,
            method="",
            options={},
            parent=parent,
        )

    def _forget_ended(self, kind: str) -> None:
        """Puts away the failed one of that kind; BusyError while one is at work."""
        for run in (self._book.run(row) for row in self._book.rows(kind=kind)):
            if run.state.state in ACTIVE:
                raise BusyError(f"{run.name} is under way right now.", "Wait until it is done, or cancel it.")
            if run.state.state != "finished":
                self._book.forget([run.id])

    def _settle(self) -> None:
        """Takes over what finished fetches have brought, and forgets those that were cancelled."""
        for row in self._book.rows(kind=KIND):
            run = self._book.run(row)
            if run.state.state == "finished":
                with lock.hold(self._settings.home):
                    made, target = run.folder / MODEL, self._folder(run.model)
                    if made.is_dir() and not target.exists():
                        target.parent.mkdir(exist_ok=True)
                        made.replace(target)
                    self._book.forget([run.id])
        for row in (*self._book.rows(kind=KIND), *self._book.rows(kind=MERGE)):
            if self._book.run(row).state.state == "stopped":
                self._book.forget([row.id])


def _whole(row: JobRow) -> bool:
    return row.kind == "train" and methods.get(row.method).keeps == "model"


def _name(folder: Path) -> str:
    return folder.name.replace("--", "/", 1)
