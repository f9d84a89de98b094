"""The files of a data set as they are brought: their names, and whether they can be read at all."""

import itertools
import stat
from collections.abc import Sequence
from pathlib import Path

from studio.data.values import Source
from studio.errors import DataError


def sources_of(paths: Path | Sequence[Path], name: str | None = None) -> list[Source]:
    """Files with the names the user knows them by. name: of a single file; several go by their own, and a second one
    of the same name gets a number."""
    every = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not every:
        raise DataError("No file was chosen.", "Choose at least one.")
    names = [name] if name is not None and len(every) == 1 else [path.name for path in every]
    made: list[Source] = []
    for path, given in zip(every, names, strict=True):
        plain = _text(given)
        numbered = (f"{Path(plain).stem} ({number}){Path(plain).suffix}" for number in itertools.count(2))
        taken = {source.name for source in made}
        made.append(Source(path, next(n for n in itertools.chain([plain], numbered) if n not in taken)))
    return made


def name_of(sources: Sequence[Source], name: str | None = None) -> str:
    """What the report calls the files together."""
    if len(sources) == 1:
        return sources[0].name
    return f"{sources[0].name} and {len(sources) - 1} more" if name is None else _text(name)


def size_of(sources: Sequence[Source], limit_bytes: int | None = None) -> int:
    """Bytes of all files together. DataError for what cannot be read at all (a missing file, a folder, a device) and
    for more than `limit_bytes`."""
    size = sum(_size(source.path, source.name) for source in sources)
    if limit_bytes is not None and size > limit_bytes:
        what = f"The file {sources[0].name} has" if len(sources) == 1 else f"The {len(sources)} files have"
        raise DataError(
            f"{what} {size / 1e6:,.1f} MB, and the limit is {limit_bytes / 1e6:,.0f} MB.",
            "Split the file, or raise the limit with STUDIO_UPLOAD_LIMIT_MB.",
        )
    return size


def _size(path: Path, name: str) -> int:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise DataError(f"There is no file {name} that can be opened.", "Check the name and the folder.") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a device, not a file"
        raise DataError(f"{name} is {what}.", "Choose a file with one training example on each line.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise DataError(f"The file {name} cannot be opened.", "Check that you may read it.") from error
    return found.st_size


def _text(name: str) -> str:
    """A file's name may hold bytes that are no text; nothing later could store or print it then."""
    return name.encode("utf-8", "replace").decode("utf-8")
