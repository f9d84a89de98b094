"""Which shape the rows of a file have, and what to say of rows that have none or another."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from studio.data.checks import shape
from studio.data.formats import FORMATS, Format, format_named, format_of, preference
from studio.data.log import Log


def decide(rows: Iterable[dict[str, Any]]) -> Format | None:
    """The shape that most of these rows have; None where none has any."""
    votes = Counter(found.NAME for row in rows if (found := format_of(row)))
    return format_named(votes.most_common(1)[0][0]) if votes else None


def explain_unknown(row: dict[str, Any], line: int, log: Log) -> None:
    """Says of the first row of a file that no shape is known for it, and how to bring it into one."""
    missing = [key for key in preference.KEYS if key not in row]
    if len(missing) == 1:
        lacks, keys = shape.listing(missing), shape.keys_in_words(row)
        remedy = f"Write the other answer of the pair into {lacks} in every row, or train on the one answer alone."
        log.add(shape.MISSING_KEY, line, missing[0], row, missing=lacks, keys=keys, remedy=remedy)
        return
    log.add(shape.UNKNOWN, line, None, row, keys=shape.keys_in_words(row), remedy=_mapping(row))


def explain_misfit(row: dict[str, Any], line: int, wanted: Format, log: Log) -> None:
    """Says of a row that it has not the shape of the file."""
    other = format_of(row)
    if other:
        log.add(shape.MIXED, line, None, row, found=other.TITLE, wanted=wanted.TITLE)
        return
    missing = shape.listing(key for key in wanted.KEYS if key not in row)
    remedy = shape.rename_remedy(row, wanted.KEYS) or f"Write the row like {wanted.EXAMPLE}"
    log.add(shape.MISSING_KEY, line, None, row, missing=missing, keys=shape.keys_in_words(row), remedy=remedy)


def _mapping(row: dict[str, Any]) -> str:
    for known in FORMATS:
        remedy = shape.rename_remedy(row, known.KEYS)
        if remedy:
            return f"{remedy[:-1]} in every row."
    return "Choose a shape and say which column fills which part of it."
