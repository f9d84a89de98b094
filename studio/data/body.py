"""What a prepare job does: brings files in as a data set, or makes a further version of one.

Everything goes into the job's folder `result`; the session takes it over from there. A job that was stopped or failed
leaves nothing there.
"""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from studio.data import hub, measuring, store
from studio.data.dividing import divide
from studio.data.guess import first_recipe
from studio.data.keys import fingerprint
from studio.data.recipe import Recipe
from studio.data.split import LEAST_ROWS
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
DIVIDING = "Dividing the rows"
MEGABYTE = 10**6
TELL_SECONDS = 0.5
ASK_SECONDS = 0.1


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Prepares as the spec says and journals it to the last word (finished or stopped).

    secrets: none are needed. Raises StudioError in the user's words for what cannot be read or stored.
    """
    work = spec.work
    if not isinstance(work, Prepare):
        raise JobError("This job prepares no data.", "Bring the file in again from the Data tab.")
    journal.append(State("running"))
    result = folder / RESULT
    shutil.rmtree(result, ignore_errors=True)
    ticker = Ticker(folder, journal)
    try:
        paths = _files(work, folder / FETCHED, ticker)
        report = _made(work, paths, result, ticker)
        tokenizer = Path(work.tokenizer.path) if work.tokenizer else None
        measuring.measure(result, work.version, tokenizer, lambda done: ticker.rows(done, report.usable))
        ticker.say(DIVIDING)
        split = _divided(work, paths, result, report)
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
    if work.version == 1:
        name = work.name
        if work.hub:
            name, recipe = paths[0].name, first_recipe(paths[0])
        return store.import_file(paths, result, name, None, ticker.bytes, recipe, ticker.cancelled)
    result.mkdir()
    kept = [_linked(path, result / path.name) for path in [*paths, paths[0].with_name("report.json")]]
    report = store.make_version(result, work.version, recipe, ticker.bytes, ticker.cancelled)
    for path in kept:
        path.unlink()
    return report


def _divided(work: Prepare, paths: list[Path], result: Path, report: Report) -> str:
    """The split's file within the folder, '' where there are too few rows to divide, or not by the column that the
    earlier version had."""
    if report.usable < LEAST_ROWS:
        return ""
    try:
        path = divide(result, work.version, work.split, None if work.version == 1 else paths[0].parent)
    except DataError:
        return ""
    return path.relative_to(result).as_posix()


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

    def rows(self, done: int, total: int) -> None:
        """Ends the work with CancelledError where that was asked for."""
        if self.cancelled():
            raise CancelledError("The import was cancelled.", "Bring the file in again when you like.")
        self._tell(MEASURING, done, total, 1, "rows")

    def say(self, what: str) -> None:
        """Something of which nobody knows how far it is."""
        self._journal.append(Progress(what, 0, 0))

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
