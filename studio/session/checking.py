"""Checks and mends a file without keeping anything, and so without the database, for `studio check` and the page."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio import data
from studio.data import Recipe, Report
from studio.errors import DataError, UsageError
from studio.settings import Settings

MEGABYTE = 10**6
ENDINGS = (".jsonl", ".csv")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fixed:
    """What mending a file did. report: of the rows as they are now. before: the report of the file as it came."""

    report: Report
    before: Report
    repairs: tuple[str, ...]
    target: Path

    def as_json(self) -> dict[str, Any]:
        """The `check` document of the mended rows, with what was done."""
        was = self.before.as_json()
        counts = {name: was[name] for name in ("rows", "usable", "errors", "warnings")}
        return {**self.report.as_json(), "fixed": str(self.target), "repairs": list(self.repairs), "before": counts}


def recipe_for(shape: str | None, columns: Mapping[str, str]) -> Recipe:
    """How a file is to be read: as this shape (a format's NAME), its fields from these columns (field -> column).

    UsageError for a shape there is none of, and for columns without a shape.
    """
    if shape is not None and shape not in [known.NAME for known in data.FORMATS]:
        names = ", ".join(known.NAME for known in data.FORMATS)
        raise UsageError(f"There is no shape called {shape}.", f"Choose one of: {names}.", field="shape")
    if not columns:
        return Recipe(shape=shape)
    if shape is None:
        raise UsageError("The columns are named, but not what they make.", "Name the shape too, with --shape.")
    return Recipe(mapping=data.Mapping(shape, dict(columns)))


def check(
    settings: Settings, paths: Path | Sequence[Path], recipe: Recipe | None = None, progress: Progress | None = None
) -> Report:
    """What is wrong with a file (or several as one), row by row. DataError only for what cannot be read at all."""
    limit = settings.upload_limit_mb * MEGABYTE
    return data.check_file(paths, limit_bytes=limit, progress=progress, recipe=recipe).report


def fix(
    settings: Settings, paths: Sequence[Path], target: Path, recipe: Recipe, progress: Progress | None = None
) -> Fixed:
    """Writes the usable rows, after every repair that loses nothing, to `target` (JSONL or CSV by its ending), in the
    shape they have.

    UsageError when `target` is one of the files, or of another ending; DataError when no row can be used.
    """
    if target.suffix.lower() not in ENDINGS:
        raise UsageError(f"{target.name} is neither JSONL nor CSV.", "Give the mended file the ending .jsonl or .csv.")
    if any(target.exists() and path.exists() and target.samefile(path) for path in paths):
        raise UsageError(f"The mended file would replace {target.name}.", "Give it another name; yours stays as it is.")
    limit = settings.upload_limit_mb * MEGABYTE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = data.import_file(paths, folder, paths[0].name, limit, progress, recipe)
        repairs = data.safe_repairs(before)
        report = data.make_version(folder, 2, replace(recipe, repairs=tuple(repairs)), progress)
        if report.shape is None or not report.usable:
            first = next(finding for finding in report.findings if finding.severity == "error")
            raise DataError(first.message, first.remedy, line=first.line, field=first.field)
        data.export_rows(folder, 2, target, report.shape)
    return Fixed(report, before, tuple(repairs), target)
