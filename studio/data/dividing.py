"""Divides a stored version into its parts, as the arguments of a split say, and keeps the result beside the rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.data.parts import column_of, part_of, parts_of_files
from studio.data.split import Part, make_split, save_split
from studio.data.store import load_report, originals, rows_file
from studio.data.table import Rows, Tell


def divide(
    folder: Path, version: int, how: Mapping[str, Any], kept: Path | None = None, tell: Tell | None = None
) -> Path:
    """The file of the split. how: validation and test (shares), seed, stratify, near, column, files; what is not named
    has its default, and files of a data set whose names say their parts are taken at their word. kept: the folder of
    the originals where that is another one. tell: of rows read so far.

    Raises as make_split does, and DataError where no row has the column.
    """
    rows = Rows(rows_file(folder, version), tell)
    made = make_split(
        rows,
        seed=how.get("seed", 17),
        validation_share=how.get("validation", 0.1),
        test_share=how.get("test", 0.1),
        stratify=how.get("stratify", True),
        groups="near" if how.get("near") else None,
        **_sides(kept or folder, rows, how),
    )
    # A folder for each version: the same contents can stand in another order, and the file is named after contents.
    target = folder if version == 1 else folder / f"v{version}"
    target.mkdir(exist_ok=True)
    return save_split(made, target)


def parts_named(files: Sequence[str]) -> list[Part | None] | None:
    """The parts that the names of several files say; None where they say none, or leave no file to learn from."""
    parts = [part_of(_word(name)) for name in files]
    held_out = {"validation", "test"}
    return parts if held_out & set(parts) and set(parts) - held_out else None


def _word(name: str) -> str:
    """The word of a file's name that may say its part: of train-00000-of-00001.parquet it is train."""
    words = Path(name).name.lower().split(".")[0].replace("-", "_").split("_")
    return next((word for word in words if part_of(word)), "")


def _sides(folder: Path, rows: Rows, how: Mapping[str, Any]) -> dict[str, Any]:
    files = how.get("files") or parts_named(load_report(folder).files)
    if files:
        return {"parts": parts_of_files(rows, files)}
    if not how.get("column"):
        return {}
    column = column_of(originals(folder), rows, how["column"])
    named = {part for part in column.parts if part}
    return {"parts": column.parts} if {"validation", "test"} & named else {"column": column.numbers}
