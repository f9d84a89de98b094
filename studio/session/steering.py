"""What can be asked of a run that was started: stop, pause, go on, cancel, a place further forward in the line."""

from studio.errors import JobError, UsageError
from studio.evaluation import entrants
from studio.hosted.keys import Keys
from studio.jobs import spec as specs
from studio.jobs.facts import KEEPING
from studio.jobs.spec import Apply, Evaluate, Train
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.values import Run
from studio.settings import Settings

WANDB = "https://api.wandb.ai"


class Steered:
    """The part of the runs that steers them; every run is the owner's, or NotFoundError."""

    def __init__(self, book: JobBook, settings: Settings, keys: Keys) -> None:
        self._book = book
        self._trackers = settings.trackers
        self._keys = keys

    def stop(self, run_id: str) -> None:
        """Asks the run to stop and keep what it has reached; JobError when it is not at work."""
        row = self._book.row(run_id)
        if self._book.supervisor.state(run_id).state not in ACTIVE:
            raise JobError(f"{row.name} is not at work.", "There is nothing to stop.")
        self._book.supervisor.stop(run_id)

    def pause(self, run_id: str) -> None:
        """Asks the training to leave so that it can go on later; JobError when it is not at work."""
        self._book.row(run_id)
        self._book.supervisor.ask(run_id, "pause")

    def pauses(self, run: Run) -> bool:
        """Whether a run at work can be paused."""
        return isinstance(specs.read(run.folder).work, Train)

    def resume(self, run_id: str) -> Run:
        """Goes on with a training that was paused, interrupted or failed, where it stood, or with an evaluation or an
        application that was interrupted or failed: what was answered is not asked again. JobError when it cannot,
        UsageError without a key that it needs."""
        row = self._book.row(run_id)
        if row.kind not in ("train", *KEEPING):
            raise JobError(f"{row.name} is no work of this machine that can go on.", "Start it again.")
        work = specs.read(self._book.folder(run_id)).work
        secrets = self._keys_of(work) if isinstance(work, Evaluate | Apply) else self._secrets()
        self._book.supervisor.resume(run_id, secrets)
        return self._book.run(row)

    def cancel(self, run_id: str) -> None:
        """Asks the run to end and keep nothing; JobError when it is not at work."""
        self._book.row(run_id)
        self._book.supervisor.cancel(run_id)

    def move(self, run_id: str, places: int) -> None:
        """Moves a waiting run by so many places among the owner's own (-1: one forward)."""
        self._book.row(run_id)
        self._book.supervisor.move(run_id, places)

    def _keys_of(self, work: Evaluate | Apply) -> dict[str, str]:
        """Keys of the models elsewhere, by the names that the work gives them."""
        who = entrants.of(work) if isinstance(work, Evaluate) else (entrants.from_json(work.candidate),)
        told = [one.hosted for one in who if one.hosted]
        if isinstance(work, Evaluate) and work.judge:
            told.append(work.judge)
        found = {one["secret"]: self._keys.find(self._book.owner, one["address"]) for one in told}
        missing = next((one["model"] for one in told if found[one["secret"]] is None), None)
        if missing is not None:
            raise UsageError(
                f"There is no key for {missing} any more.", "Start the work again with the key.", field="key"
            )
        return {name: key for name, key in found.items() if key is not None}

    def _secrets(self) -> dict[str, str]:
        """What a training needs to be shown elsewhere; an owner's key for Weights & Biases, or the operator's."""
        key = self._keys.find(self._book.owner, WANDB) if "wandb" in self._trackers else None
        return {"WANDB_API_KEY": key} if key else {}
