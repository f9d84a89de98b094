"""The making of versions: at once for what is quickly read, else in a prepare job with progress and cancel."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from studio import data, models
from studio.data.recipe import Recipe
from studio.errors import BusyError, DataError, JobError, StorageError
from studio.jobs.spec import Prepare, Source
from studio.models import ModelInfo
from studio.session import ids, lock
from studio.session.jobbook import ACTIVE
from studio.session.shelf import Shelf
from studio.session.tables import JobRow
from studio.session.values import Dataset

MEGABYTE = 10**6
AT_ONCE_BYTES = 20 * MEGABYTE
"""What is read within a few seconds; more goes to a job of its own."""
MOST_AT_ONCE = 2
LOOKED_AT = 20
TOKENIZER = "tokenizer.json"
PACKED = (".gz", ".xlsx", ".parquet")
PACKING = 8
"""How many times larger packed files may be when they are unpacked, as a cautious guess."""


class Preparing(Shelf):
    def cancel(self, dataset_id: str) -> None:
        """Ends the preparation that is under way, or forgets one that failed. Without a first version the data set goes
        with it; else it stays at the version it has."""
        dataset = self.get(dataset_id)
        job = dataset.preparing
        if job is None:
            raise JobError(f"{dataset.name} is not being prepared.", "There is nothing to cancel.")
        if job.state.state in ACTIVE:
            self._book.supervisor.stop(job.id)
        elif dataset.version:
            self._book.delete(job.id)
        else:
            with lock.hold(self._settings.home):
                self._forget(dataset_id)

    def _make(self, dataset_id: str, recipe: Recipe, says: str) -> Dataset:
        """The data set with a further version by this recipe, or with the job that makes it."""
        dataset = self.get(dataset_id)
        self._refuse_active(dataset)
        paths = [source.path for source in data.originals(dataset.folder)]
        if large(paths):
            self._prepare(dataset, paths, recipe, says)
            return self.get(dataset_id)
        with lock.hold(self._settings.home):
            number = self._next_number(dataset_id)
            data.make_version(dataset.folder, number, recipe)
            with self._database.write() as transaction:
                row = self._row(transaction, dataset_id)
                self._add_version(transaction, row, number, says, ids.now())
        return self._dataset(row)

    def _prepare(self, dataset: Dataset, paths: Sequence[Path], recipe: Recipe, says: str, hub: str = "") -> None:
        """Starts the job that makes the data set's next version, from these files or from what the Hub has."""
        version = self._next_number(dataset.id)
        split = self._split_how(dataset)
        self._start(dataset, paths, {"says": says}, version=version, recipe=recipe.as_json(), split=split, hub=hub)

    def look_again(
        self, dataset_id: str, model: ModelInfo | None = None, how: Mapping[str, Any] | None = None
    ) -> Dataset:
        """Goes through a large file's current version in a job: counts tokens as `model` does (the recommended one
        where none is given, or where its tokenizer cannot be read without it), looks for rows that it would cut,
        divides the rows (how: as `divide` takes it; None as they are divided) and compares the parts."""
        dataset = self.get(dataset_id)
        self._refuse_active(dataset)
        paths = [source.path for source in data.originals(dataset.folder)]
        split = dict(self._split_how(dataset) if how is None else how)
        recipe = data.recipe_of(dataset.folder, dataset.version).as_json()
        told = {"says": "", "again": True, "split_how": split}
        self._start(dataset, paths, told, model, version=dataset.version, recipe=recipe, split=split, again=True)
        return self.get(dataset_id)

    def _start(
        self,
        dataset: Dataset,
        paths: Sequence[Path],
        told: dict[str, Any],
        model: ModelInfo | None = None,
        **more: Any,
    ) -> None:
        """Starts a prepare job. told: what the catalogue keeps of it; more: of the work. BusyError while MOST_AT_ONCE
        others are at work in this home, whoever's they are."""
        self._refuse_too_many()
        prints = [dataset.fingerprint] if len(paths) == 1 else [data.fingerprint(path) for path in paths]
        tokenizer, context = reading_of(model) or counted_with()
        work = Prepare(
            files=[Source(str(path), found) for path, found in zip(paths, prints, strict=True)],
            name=dataset.name,
            tokenizer=Source(str(tokenizer), data.fingerprint(tokenizer)),
            context=context,
            threads=self._settings.threads,
            limit_bytes=self._settings.upload_limit_mb * MEGABYTE,
            **more,
        )
        row = JobRow(
            project=dataset.project,
            kind="prepare",
            name=f"Preparing {dataset.name}",
            dataset=dataset.id,
            version=work.version,
            model="",
            method="",
            options=told,
            parent=None,
        )
        self._book.start(row, lambda: work)

    def _refuse_active(self, dataset: Dataset) -> None:
        if dataset.preparing and dataset.preparing.state.state in ACTIVE:
            raise JobError(f"{dataset.name} is still being prepared.", "Wait until that is done, or cancel it.")

    def _refuse_too_many(self) -> None:
        newest = select(JobRow.id).where(JobRow.kind == "prepare").order_by(JobRow.created.desc()).limit(LOOKED_AT)
        with self._database.read() as transaction:
            jobs = transaction.scalars(newest).all()
        if sum(self._book.supervisor.state(job).state in ACTIVE for job in jobs) >= MOST_AT_ONCE:
            raise BusyError(
                "This machine is reading other large files right now.",
                "Wait until one of them is done, then try again.",
            )

    def _split_how(self, dataset: Dataset) -> dict[str, Any]:
        """How the version before was divided, which the next one inherits."""
        if not dataset.version:
            return {}
        with self._database.read() as transaction:
            return dict(self._version(transaction, self._row(transaction, dataset.id)).split_how)


def counted_with() -> tuple[Path, int]:
    """The tokenizer with which the tokens of large files are counted when they come in, whatever model is chosen later,
    and how many its model reads at once."""
    info = models.resolve("recommended")
    return Path(info.path) / TOKENIZER, info.context


def reading_of(model: ModelInfo | None) -> tuple[Path, int] | None:
    """The model's tokenizer as one file, and how many tokens it reads at once; None where it has no such file."""
    path = Path(model.path) / TOKENIZER if model else None
    return (path, model.context) if model and path and path.is_file() else None


def large(paths: Sequence[Path]) -> bool:
    """Whether files are too large to be read while a person waits. DataError for one that is not there."""
    try:
        return sum(path.stat().st_size * (PACKING if path.suffix in PACKED else 1) for path in paths) > AT_ONCE_BYTES
    except OSError:
        return False


def taken_in(path: Path, target: Path) -> str:
    """Copies a file and returns the hex SHA-256 of what it held."""
    sha = hashlib.sha256()
    try:
        reading = path.open("rb")
    except OSError as error:
        raise DataError(f"The file {path.name} cannot be opened.", "Check that you may read it.") from error
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with reading, target.open("wb") as writing:
            while block := reading.read(1 << 20):
                sha.update(block)
                writing.write(block)
    except OSError as error:
        raise StorageError(f"{path.name} could not be stored.", "Free some space on the disk and try again.") from error
    return sha.hexdigest()
