"""The split of a data set's current version: made, remembered with how it was made, and made anew."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from studio import data
from studio.data.values import Split
from studio.session.shelf import Shelf


class Splits(Shelf):
    """A split belongs to a version. A new version is split as the one before it was."""

    def split(self, dataset_id: str, validation: float = 0.1, test: float = 0.1, seed: int = 17) -> Split:
        """Divides the usable rows and makes this the current version's split. validation, test: shares of the rows.

        DataError when there are fewer than 4 usable rows.
        """
        return self._split(dataset_id, {"validation": validation, "test": test, "seed": seed})

    def current_split(self, dataset_id: str) -> Split:
        """The current version's split; made as its parent's was, or with the default shares, when there is none yet."""
        return _loaded(self.split_file(dataset_id))

    def split_how(self, dataset_id: str) -> dict[str, Any]:
        """The arguments that the current split was or will be made with; what is not named has its default."""
        with self._database.read() as transaction:
            return dict(self._version(transaction, self._row(transaction, dataset_id)).split_how)

    def split_file(self, dataset_id: str) -> Path:
        """Where that split lies."""
        with self._database.read() as transaction:
            version = self._version(transaction, self._row(transaction, dataset_id))
        if not version.split:
            self._split(dataset_id, dict(version.split_how))
            return self.split_file(dataset_id)
        return self._folder(dataset_id) / version.split

    def _split(self, dataset_id: str, how: dict[str, Any]) -> Split:
        dataset = self.get(dataset_id)
        examples = data.load_examples(dataset.rows)
        made = data.make_split(
            examples,
            seed=how.get("seed", 17),
            validation_share=how.get("validation", 0.1),
            test_share=how.get("test", 0.1),
        )
        # A folder for each version: the same contents can stand in another order, and the file is named after contents.
        folder = dataset.folder if dataset.version == 1 else dataset.folder / f"v{dataset.version}"
        folder.mkdir(exist_ok=True)
        path = data.save_split(made, folder)
        with self._database.write() as transaction:
            version = self._version(transaction, self._row(transaction, dataset_id))
            version.split, version.split_how = path.relative_to(dataset.folder).as_posix(), how
        return made


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Split:
    """A split's file is named after what it says, so it never changes."""
    return data.load_split(path)
