"""What a prepare job does: brings files in as a data set, or makes a further version of one.

Everything goes into the job's folder `result`; the session takes it over from there. A job that was stopped or failed
leaves nothing there.
"""

import contextlib
import ctypes
import gc
import os
import shutil
import sys
import time
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
from pathlib import Path

import pyarrow

from studio.data import hub, looked, measuring, store
from studio.data.dividing import divide
from studio.data.guess import first_recipe
from studio.data.keys import fingerprint
from studio.data.recipe import Recipe
from studio.data.split import LEAST_ROWS
from studio.data.table import Tell
from studio.data.values import Report
from studio.errors import CancelledError, DataError, JobError
from studio.jobs import control
from studio.jobs.events import Progress, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Prepare, Spec

RESULT = "result"
FETCHED = "fetched"
FETCHING = "Fetching from the Hub"
READING = "Reading and checking the rows"
MEASURING = "Counting tokens"
CUTTING = "Looking for rows that are too long"
DIVIDING = "Dividing the rows"
COMPARING = "Comparing the parts"
MEGABYTE = 10**6
TELL_SECONDS = 0.5
ASK_SECONDS = 0.1
_M_MMAP_THRESHOLD = -3


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Prepares as the spec says and journals it to the last word (finished or stopped).

    secrets: none are needed. Raises StudioError in the user's words for what cannot be read or stored.
    """
    work = spec.work
    if not isinstance(work, Prepare):
        raise JobError("This job prepares no data.", "Bring the file in again from the Data tab.")
    _spare_memory()
    journal.append(State("running"))
    result = folder / RESULT
    shutil.rmtree(result, ignore_errors=True)
    ticker = Ticker(folder, journal)
    try:
        paths = _files(work, folder / FETCHED, ticker)
        report = _made(work, paths, result, ticker)
        split = _looked_at(work, paths, result, report, ticker)
    except CancelledError:
        shutil.rmtree(result, ignore_errors=True)
        journal.append(State("stopped"))
        return
    except BaseException:
        shutil.rmtree(result, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(folder / FETCHED, ignore_errors=True)
    counts = report.as_json()
    del counts["findings"]
    prints = [fingerprint(source.path) for source in store.originals(result)] if work.hub else []
    journal.append(Result({**counts, "fingerprints": prints, "split": split}))
    journal.append(State("finished"))


def _spare_memory() -> None:
    """A job of its own needs no pandas, which pyarrow takes along where it is installed (50 MB), and no memory that is
    kept for later."""
    sys.meta_path.insert(0, _WithoutPandas())
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    # Large arrays go back to the system when they are done with. Only glibc has this, and only it needs it.
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MEGABYTE)


def _give_back() -> None:
    """To the system, what the work before has left in pieces."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class _WithoutPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def _files(work: Prepare, fetched: Path, ticker: "Ticker") -> list[Path]:
    """The files the work is about, checked to be those that were meant."""
    if work.hub:
        return hub.fetch(work.hub, fetched, work.limit_bytes, ticker.fetched, ticker.cancelled)
    paths = [Path(source.path) for source in work.files]
    for path, source in zip(paths, work.files, strict=True):
        if not path.is_file() or fingerprint(path) != source.fingerprint:
            raise DataError(f"{work.name} was changed or removed meanwhile.", "Bring the file in again.")
    return paths


def _made(work: Prepare, paths: list[Path], result: Path, ticker: "Ticker") -> Report:
    recipe = Recipe.from_json(work.recipe)
    if work.version == 1 and not work.again:
        name = work.name
        if work.hub:
            name, recipe = paths[0].name, first_recipe(paths[0])
        return store.import_file(paths, result, name, None, ticker.bytes, recipe, ticker.cancelled)
    result.mkdir()
    home = paths[0].parent
    if work.again:
        return store.load_report(home, work.version)
    needed = [*paths, store.report_file(home), *([home / recipe.reads.tokenizer] if recipe.reads else [])]
    kept = [_linked(path, result / path.name) for path in needed]
    report = store.make_version(result, work.version, recipe, ticker.bytes, ticker.cancelled)
    for path in kept:
        path.unlink()
    return report


def _looked_at(work: Prepare, paths: list[Path], result: Path, report: Report, ticker: "Ticker") -> str:
    """All that is said of a version beside its report. Returns the split's file within the folder, '' where there are
    too few rows to divide."""
    home = result if work.version == 1 and not work.again else paths[0].parent
    there = home if work.again else result
    rows, stored = report.usable, [store.rows_file(there, work.version), store.report_file(there, work.version)]
    lent = [_linked(path, result / path.name) for path in stored] if work.again else []
    tokenizer = Path(work.tokenizer.path) if work.tokenizer else None
    _give_back()
    measuring.measure(result, work.version, tokenizer, ticker.telling(MEASURING, rows))
    if tokenizer and work.context:
        looked.find_cut(result, work.version, tokenizer, work.context, ticker.telling(CUTTING, rows))
    split = None
    _give_back()
    if rows >= LEAST_ROWS:
        split = _divided(work, home, result, report, ticker.telling(DIVIDING, rows))
        _give_back()
        looked.find_leaking(result, work.version, split, ticker.telling(COMPARING, rows))
    for path in lent:
        path.unlink()
    return split.relative_to(result).as_posix() if split else ""


def _divided(work: Prepare, home: Path, result: Path, report: Report, tell: Tell) -> Path:
    """The split's file. home: where the originals are."""
    try:
        return divide(result, work.version, work.split, home, tell)
    except DataError:
        if work.again:
            raise
        # What was right for the version before, or what the files' names say, leaves nothing to learn from.
        return divide(result, work.version, {"files": [None] * len(report.files)}, home, tell)


def _linked(path: Path, target: Path) -> Path:
    """The same file under another name, which costs no space; a copy where the disk knows no links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
    return target


class Ticker:
    """Tells the journal how far the work is, at most twice a second, and asks whether it is to end."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder = folder
        self._journal = journal
        self._begun = time.monotonic()
        self._told = ("", 0.0)
        self._asked = 0.0

    def cancelled(self) -> bool:
        # Called for each row; the question goes to the disk.
        now = time.monotonic()
        if now - self._asked < ASK_SECONDS:
            return False
        self._asked = now
        return control.requested(self._folder) == "stop"

    def bytes(self, done: int, total: int) -> None:
        self._tell(READING, done, total, MEGABYTE, "MB")

    def fetched(self, done: int, total: int) -> None:
        self._tell(FETCHING, done, total, MEGABYTE, "MB")

    def telling(self, what: str, total: int) -> Tell:
        """Told of rows done, of so many in all; ends the work with CancelledError where that was asked for."""

        def tell(done: int) -> None:
            if self.cancelled():
                raise CancelledError("The import was cancelled.", "Bring the file in again when you like.")
            # Some of it goes through the rows more than once.
            self._tell(what, min(done, total), total, 1, "rows")

        return tell

    def _tell(self, what: str, done: int, total: int, scale: int, unit: str) -> None:
        now = time.monotonic()
        if self._told[0] != what:
            self._begun = now
        elif now - self._told[1] < TELL_SECONDS:
            return
        self._told = (what, now)
        spent = now - self._begun
        left = spent * (total - done) / done if done and spent > TELL_SECONDS else None
        self._journal.append(Progress(what, done // scale, -(-total // scale), left, unit))
