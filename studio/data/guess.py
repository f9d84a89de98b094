"""Guesses what the rows of a file are for: the shape they have, or else the mapping that suits their columns, by the
columns' names and by what stands in them. A guess to start from; the user decides."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.data.columns import Column, columns_of
from studio.data.formats import best_format, format_named
from studio.data.log import Log
from studio.data.mapping import Mapper
from studio.data.readers import read_rows
from studio.data.recipe import Mapping, Recipe
from studio.data.rules import listing, quoted
from studio.data.values import Finding, Source
from studio.errors import DataError

_LOOKED_AT = 200
_SHOWN = 5
# Below this the shape that the keys name is only one possibility, and a mapping is suggested too.
_SURE = 0.75
_AS_GOOD_AS_SURE = 0.9
_LEAST_SHARE = 0.5
_ASKED = ("question", "instruction", "text")
# Shapes by what their parts may be called, those that ask for more parts first.
_CANDIDATES: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    ("preference", {"chosen": ("chosen",), "rejected": ("rejected",), "prompt": _ASKED}),
    ("instruction", {"instruction": ("instruction",), "output": ("answer",), "input": ("question", "text", "context")}),
    ("instruction", {"instruction": ("question",), "output": ("answer",), "input": ("context",)}),
    ("chat", {"system": ("system",), "assistant": ("answer",), "user": _ASKED}),
    ("prompt_completion", {"completion": ("answer",), "prompt": _ASKED}),
    ("text_label", {"label": ("label",), "text": ("text", "question", "instruction")}),
)


@dataclass(frozen=True)
class Guess:
    """shape: a format's NAME, None where nothing is plausible. confidence: 0 to 1. reason: a sentence. columns: of the
    first rows, in order. mapping: what brings the rows into the shape, None where they have it already. preview: the
    first rows in the shape."""

    shape: str | None
    confidence: float
    reason: str
    columns: list[str]
    mapping: Mapping | None
    preview: list[dict[str, Any]]


def shape_guess(source: Path | Source) -> Guess:
    """What the first rows of a file are for. DataError where the disk gives up."""
    log = Log()
    rows = [row for _, row in itertools.islice(_objects(source, log), _LOOKED_AT)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not rows:
        told = next((finding.message for finding in log.findings() if finding.severity == "error"), None)
        return Guess(None, 0.0, told or "The file holds no rows with named columns.", [], None, [])
    known, sure = best_format(rows)
    mapping, likely, reason = (None, 0.0, "") if sure > _SURE else suggest(rows)
    if known is not None and sure >= likely:
        return Guess(known.NAME, sure, known.REASON, names, None, rows[:_SHOWN])
    if mapping is None:
        return Guess(None, 0.0, f"What the columns {listing(names)} are for cannot be told.", names, None, [])
    return Guess(mapping.shape, likely, reason, names, mapping, preview(rows, mapping))


def first_recipe(source: Path | Source) -> Recipe:
    """How a file is read at first: by the mapping that suits its columns where that is as good as sure, else as it
    is."""
    guess = shape_guess(source)
    return Recipe(mapping=guess.mapping if guess.confidence >= _AS_GOOD_AS_SURE else None)


def preview_mapping(
    source: Path | Source, mapping: Mapping, count: int = _SHOWN
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The first rows as a mapping brings them into its shape, and what is wrong with them then. DataError where the
    mapping leaves a needed field empty."""
    mapper, log = Mapper(mapping), Log()
    made = []
    for line, row in itertools.islice(_objects(source, Log()), count):
        mapped = mapper.row(row, line, log)
        if mapped is not None:
            mapper.shape.parse(mapped, line, log)
            made.append(mapped)
    return made, list(log.findings())


def preview(rows: Sequence[dict[str, Any]], mapping: Mapping) -> list[dict[str, Any]]:
    mapper, log = Mapper(mapping), Log()
    made = (mapper.row(row, number, log) for number, row in enumerate(rows, start=1))
    return list(itertools.islice((row for row in made if row is not None), _SHOWN))


def suggest(rows: Sequence[dict[str, Any]]) -> tuple[Mapping | None, float, str]:
    """The mapping that suits the columns of these rows best, how sure it is (0 to 1), and a sentence why."""
    columns = [column for column in columns_of(rows) if column.filled]
    return _by_turns(columns) or _by_names(columns) or _by_content(columns) or (None, 0.0, "")


_Suggested = tuple[Mapping, float, str]


def _by_turns(columns: list[Column]) -> _Suggested | None:
    found = next((column for column in columns if column.turns), None)
    if found is None:
        return None
    shape = format_named("chat" if found.turns == "role" else "sharegpt")
    reason = f"The column {quoted(found.name)} holds lists of turns."
    return Mapping(shape.NAME, {shape.KEYS[0]: found.name}), 0.9, reason


def _by_names(columns: list[Column]) -> _Suggested | None:
    """The first shape all of whose parts are named; a column fills one part."""
    for shape, parts in _CANDIDATES:
        taken: dict[str, Column] = {}
        for field, meanings in parts.items():
            column = _named([c for c in columns if c not in taken.values()], field, meanings)
            if column is not None:
                taken[field] = column
        if len(taken) == len(parts):
            names = listing(taken[name].name for name in _in_order(shape) if name in taken)
            reason = f"The names of the columns {names} sound like it."
            doubtful = "label" in taken and not taken["label"].is_label
            mapping = Mapping(shape, {name: taken[name].name for name in _in_order(shape) if name in taken})
            return mapping, 0.6 if doubtful else 0.9, reason
    return None


def _in_order(shape: str) -> list[str]:
    return [field.name for field in format_named(shape).FIELDS]


def _named(columns: list[Column], field: str, meanings: tuple[str, ...]) -> Column | None:
    usable = [c for c in columns if c.share >= _LEAST_SHARE and (c.is_text or c.turns or field == "label")]
    for place in range(max((len(column.meanings) for column in usable), default=0)):
        for meaning in meanings:
            found = next((c for c in usable if meaning in c.meanings[place : place + 1]), None)
            if found is not None:
                return found
    return None


def _by_content(columns: list[Column]) -> _Suggested | None:
    """By what stands in the columns: few values that come again are labels, the longest of the others are texts."""
    usable = [column for column in columns if column.share >= _LEAST_SHARE]
    texts = [column for column in usable if column.is_text and not column.is_label]
    label = next((column for column in reversed(usable) if column.is_label), None)
    if len(texts) == 1 and label is not None:
        reason = (
            f"The column {quoted(label.name)} has {label.distinct} different values in the first {label.filled} rows."
        )
        return Mapping("text_label", {"text": texts[0].name, "label": label.name}), 0.6, reason
    if len(texts) > 1:
        first, second = sorted(sorted(texts, key=lambda column: -column.length)[:2], key=texts.index)
        reason = f"The columns {listing([first.name, second.name])} hold the longest texts."
        return Mapping("prompt_completion", {"prompt": first.name, "completion": second.name}), 0.4, reason
    if texts:
        reason = f"Only the column {quoted(texts[0].name)} holds texts."
        return Mapping("raw_text", {"text": texts[0].name}), 0.4, reason
    return None


def _objects(source: Path | Source, log: Log) -> Iterator[tuple[int, dict[str, Any]]]:
    given = source if isinstance(source, Source) else Source(source, source.name)
    try:
        for line, row in read_rows(given, log):
            if isinstance(row, dict):
                yield line, row
    except OSError as error:
        raise DataError(f"The file {given.name} cannot be read.", "Check that it is there and may be read.") from error
