"""The split of a data set's current version: made, remembered with how it was made, and made anew."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from studio import data
from studio.data.values import Finding, Split
from studio.errors import DataError
from studio.session.preparing import Preparing, large


class Splits(Preparing):
    """A split belongs to a version. A new version is split as the one before it was."""

    def split(
        self,
        dataset_id: str,
        validation: float = 0.1,
        test: float = 0.1,
        seed: int = 17,
        *,
        stratify: bool = True,
        near: bool = False,
        column: str | None = None,
        files: Sequence[str | None] | None = None,
    ) -> Split | None:
        """Divides the usable rows and makes this the current version's split. None where the file is large: a job does
        it then.

        validation, test: shares of the rows. stratify: labels have about the same shares in all parts. near: rows whose
        prompts are nearly the same stay on one side, as those with the same prompt always do. column: of the file;
        where it names the parts (train, validation, test) they are taken from it, else rows with the same value stay on
        one side. files: the part of each of several files, None for one whose rows are divided.
        DataError when there are fewer than 4 usable rows, or no row has the column.
        """
        how: dict[str, Any] = {"validation": validation, "test": test, "seed": seed, "stratify": stratify, "near": near}
        how.update(column=column, files=list(files) if files else None)
        if large([source.path for source in data.originals(self.get(dataset_id).folder)]):
            self.look_again(dataset_id, how=how)
            return None
        return self._split(dataset_id, how)

    def current_split(self, dataset_id: str) -> Split:
        """The current version's split; made as its parent's was, or with the default shares, when there is none yet."""
        return _loaded(self.split_file(dataset_id))

    def split_how(self, dataset_id: str) -> dict[str, Any]:
        """The arguments that the current split was or will be made with; what is not named has its default."""
        with self._database.read() as transaction:
            how = dict(self._version(transaction, self._row(transaction, dataset_id)).split_how)
        return {**how, "files": how.get("files") or data.parts_named(self.get(dataset_id).report.files)}

    def split_file(self, dataset_id: str) -> Path:
        """Where that split lies."""
        with self._database.read() as transaction:
            version = self._version(transaction, self._row(transaction, dataset_id))
        if not version.split:
            try:
                self._split(dataset_id, dict(version.split_how))
            except DataError:
                # What was right for the version before, or what the files' names say, leaves nothing to learn from.
                self._split(dataset_id, {"files": [None] * len(self.get(dataset_id).report.files)})
            return self.split_file(dataset_id)
        return self._folder(dataset_id) / version.split

    def leaks(self, dataset_id: str) -> Sequence[Finding] | None:
        """Held-out rows that are the same or nearly the same as rows to learn from. None where the file is large and
        nobody looked yet (`look_again` does)."""
        dataset, split = self.get(dataset_id), self.split_file(dataset_id)
        found = data.leaking(split)
        if found is None and not large([source.path for source in data.originals(dataset.folder)]):
            found = data.find_leaking(dataset.folder, dataset.version, split)
        return found

    def _split(self, dataset_id: str, how: Mapping[str, Any]) -> Split:
        dataset = self.get(dataset_id)
        path = data.divide(dataset.folder, dataset.version, how)
        with self._database.write() as transaction:
            version = self._version(transaction, self._row(transaction, dataset_id))
            version.split, version.split_how = path.relative_to(dataset.folder).as_posix(), dict(how)
        return _loaded(path)


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Split:
    """A split's file is named after what it says, so it never changes."""
    return data.load_split(path)
