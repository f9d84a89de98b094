"""Base models as one owner sees them: what comes with the studio, what was fetched from the Hub, folders, and the
owner's own tuned models; and the fetching itself."""

import builtins
import shutil
from pathlib import Path

from studio import methods, models
from studio.errors import BusyError, JobError, ModelError, NotFoundError
from studio.hosted.keys import Keys
from studio.jobs.spec import Fetch
from studio.models import Card, ModelInfo, card_of, fit, hub
from studio.models.body import MODEL, TOKEN
from studio.session import lock
from studio.session.device import free_memory_bytes
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.tables import JobRow
from studio.session.tuned import tuned
from studio.session.values import Run
from studio.settings import Settings

KIND = "fetch"
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
        """The project's finished runs whose tuned model can be tuned further: those that kept a whole model."""
        runs = (self._book.run(row) for row in self._book.rows(project_id, "train") if _whole(row))
        return [run for run in runs if run.state.state == "finished" and run.state.kept is not None]

    def fits(self, parameters: int) -> fit.Fit:
        """Whether a model of so many weights can be tuned on this machine now."""
        return fit.fit(parameters, free_memory_bytes())

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
        repository = hub.name_of(name)
        if repository in self.fetched():
            raise ModelError(f"{repository} is on this machine already.", "Choose it in the list.")
        under_way = self.fetching()
        if under_way is not None and under_way.state.state in ACTIVE:
            raise BusyError(f"{under_way.model} is being fetched right now.", "Wait until it is here, or cancel it.")
        if under_way is not None:
            self._book.forget([under_way.id])
        row = JobRow(
            project=project_id,
            kind=KIND,
            name=f"Fetching {repository}",
            dataset=None,
            version=None,
            model=repository,
            method="",
            options={},
            parent=None,
        )
        token = self._token()
        return self._book.start(row, lambda: Fetch(repository), {TOKEN: token} if token else None)

    def fetching(self) -> Run | None:
        """The fetch that is under way, or that failed and was not put away yet."""
        self._settle()
        rows = self._book.rows(kind=KIND)
        return self._book.run(rows[0]) if rows else None

    def cancel(self) -> None:
        """Ends the fetch that is under way, or puts one that failed away; JobError when there is none."""
        found = self.fetching()
        if found is None:
            raise JobError("No model is being fetched.", "There is nothing to cancel.")
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
        """The tuned model of a run as a base; ModelError where an addition was kept, which is no model by itself."""
        run, checkpoint, work = tuned(self._book, run_id)
        if methods.get(work.method).keeps != "model":
            raise ModelError(
                f"{run.name} kept an addition to {work.model_name}, which is not a whole model.",
                "Choose a run that was tuned in full, or start from the base model again.",
            )
        return models.inspect(Path(checkpoint.path), name=run.name)

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
            elif run.state.state == "stopped":
                self._book.forget([run.id])


def _whole(row: JobRow) -> bool:
    return row.kind == "train" and methods.get(row.method).keeps == "model"


def _name(folder: Path) -> str:
    return folder.name.replace("--", "/", 1)
