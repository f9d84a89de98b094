"""A data set's folder: the originals byte for byte, and for each version its rows, its recipe and its report.

original.<ext>, original-2.<ext>, ...: the files as they came. Version 1: rows.parquet, recipe.json (where there is
one), report.json (written last; a version without it does not count). Version N: rows-N.parquet, recipe-N.json,
report-N.json, made from the originals. How rows lie in a file is table.py's business.
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from studio.data.check import Check, Progress, name_of, sources_of
from studio.data.checks.length import Context
from studio.data.counting import context
from studio.data.recipe import Recipe
from studio.data.table import damaged, slice_examples, stream_examples, write_examples
from studio.data.values import Example, Finding, Report, Source
from studio.errors import CancelledError, DataError, StorageError

Cancelled = Callable[[], bool]
Lines = Collection[int | tuple[int, int]]

_SUFFIX = re.compile(r"(\.[a-z0-9]{1,10})?\.[a-z0-9]{1,10}")


def import_file(
    sources: Path | Sequence[Path],
    folder: Path,
    name: str,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
    recipe: Recipe | None = None,
    cancelled: Cancelled | None = None,
) -> Report:
    """Keeps one or several files as a data set in `folder` (made where missing) and checks them: version 1.

    name: what the user calls the file; several files go by their own names. A file with faults is kept too; its report
    says what they are. Raises DataError for what cannot be read, StorageError where the disk refuses, CancelledError;
    then nothing is left in the folder.
    """
    brought = sources_of(sources, name)
    name = name_of(brought, name)
    Check(brought, name, limit_bytes)
    kept = [Source(folder / _original(n, source.name), source.name) for n, source in enumerate(brought, start=1)]
    with _undone([source.path for source in kept], name):
        folder.mkdir(parents=True, exist_ok=True)
        for source, target in zip(brought, kept, strict=True):
            _copy(source, target.path, cancelled)
        check = Check(kept, name, limit_bytes, progress, recipe, cancelled)
        return _make(check, folder, None, recipe)


def make_version(
    folder: Path,
    version: int,
    recipe: Recipe,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Report:
    """Makes a version from the originals by a recipe. Raises as import_file does; then nothing of it is left."""
    name = load_report(folder).file
    check = Check(originals(folder), name, None, progress, recipe, cancelled, context=context_of(folder, recipe))
    return _make(check, folder, version, recipe)


def context_of(folder: Path, recipe: Recipe) -> Context | None:
    """Of the model whose tokens a recipe counts; None where it counts none."""
    return context(folder / recipe.reads.tokenizer, recipe.reads.limit) if recipe.reads else None


def originals(folder: Path) -> list[Source]:
    """The files of a data set as they came, in the order in which they are read."""
    report = load_report(folder)
    names = report.files or (report.file,)
    return [Source(folder / _original(place, name), name) for place, name in enumerate(names, start=1)]


def rows_file(folder: Path, version: int | None = None) -> Path:
    """Where the usable rows of a version lie; None is version 1."""
    return folder / _named("rows", version, "parquet")


def report_file(folder: Path, version: int | None = None) -> Path:
    """Where the report of a version lies; None is version 1."""
    return folder / _named("report", version, "json")


def load_report(folder: Path, version: int | None = None) -> Report:
    """The report of a version; DataError when it is missing or damaged."""
    try:
        raw = json.loads(report_file(folder, version).read_text(encoding="utf-8"))
        findings = tuple(Finding(**finding) for finding in raw["findings"])
        return Report(raw["file"], raw["shape"], raw["rows"], raw["usable"], findings, tuple(raw.get("files", ())))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged("report") from error


def recipe_of(folder: Path, version: int | None = None) -> Recipe:
    """What was done to the originals to make a version; DataError when its file is damaged."""
    try:
        text = (folder / _named("recipe", version, "json")).read_text(encoding="utf-8")
        return Recipe.from_json(json.loads(text))
    except FileNotFoundError:
        return Recipe()
    except (OSError, ValueError) as error:
        raise damaged("recipe") from error


def load_examples(rows_parquet: Path) -> list[Example]:
    """All usable rows of a data set, in file order."""
    return list(stream_examples(rows_parquet))


def page_examples(
    folder: Path, start: int, count: int, search: str = "", lines: Lines | None = None, version: int | None = None
) -> tuple[list[tuple[int, Example]], int]:
    """`count` rows from the `start`-th match on, each with its row number (0-based), and the number of matches in all.

    search: text that a turn must hold, whatever its case; empty matches every row. lines: only rows from these lines of
    the original; of several originals, pairs of the 0-based file and the line.
    """
    path = rows_file(folder, version)
    if not search and lines is None:
        return slice_examples(path, start, count)
    wanted = search.casefold()
    places = None if lines is None else {(0, line) if isinstance(line, int) else line for line in lines}
    shown: list[tuple[int, Example]] = []
    matches = 0
    for row, example in enumerate(stream_examples(path)):
        if places is not None and (example.file, example.line) not in places:
            continue
        if any(wanted in message.content.casefold() for message in example.messages + example.rejected):
            if start <= matches < start + count:
                shown.append((row, example))
            matches += 1
    return shown, matches


def _make(check: Check, folder: Path, version: int | None, recipe: Recipe | None) -> Report:
    rows = rows_file(folder, version)
    made = [rows, *(folder / _named(what, version, "json") for what in ("recipe", "report"))]
    with _undone(made, rows.name):
        write_examples(check.examples(), _part(rows))
        _part(rows).replace(rows)
        if recipe is not None:
            _write(recipe.as_json(), made[1])
        report = check.report()
        _write({"v": 1, **report.as_json()}, made[2])
    return report


@contextmanager
def _undone(paths: list[Path], name: str) -> Iterator[None]:
    """Leaves none of `paths` behind when the block fails."""
    try:
        yield
    except BaseException as error:
        for path in paths:
            path.unlink(missing_ok=True)
            _part(path).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StorageError(f"{name} could not be stored.", "Free some space on the disk and try again.") from error
        raise


def _copy(source: Source, target: Path, cancelled: Cancelled | None) -> None:
    try:
        reading = source.path.open("rb")
    except OSError as error:
        raise DataError(f"The file {source.name} cannot be opened.", "Check that you may read it.") from error
    with reading, _part(target).open("wb") as writing:
        while block := reading.read(1 << 20):
            if cancelled and cancelled():
                raise CancelledError("The import was cancelled.", "Choose the file again to import it.")
            writing.write(block)
    _part(target).replace(target)


def _write(document: object, path: Path) -> None:
    with _part(path).open("w", encoding="utf-8") as file:
        file.write(json.dumps(document, ensure_ascii=False))
        file.flush()
        os.fsync(file.fileno())
    _part(path).replace(path)


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _named(what: str, version: int | None, suffix: str) -> str:
    return f"{what}.{suffix}" if version in (None, 1) else f"{what}-{version}.{suffix}"


def _original(place: int, name: str) -> str:
    """The n-th original (1-based) keeps the end of its name, the packing's too: rows.csv.gz is original.csv.gz."""
    suffixes = Path(name.lower()).suffixes
    kept = "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])
    number = "" if place == 1 else f"-{place}"
    return f"original{number}{kept if _SUFFIX.fullmatch(kept) else '.jsonl'}"
