"""Foreign columns to rows of a shape: carries out a recipe's mapping, and says what is wrong with one.

Which column suits which field is guess.py's business.
"""

import json
from typing import Any

from studio.data.checks import shape as rules
from studio.data.formats import Field, Format, format_named
from studio.data.log import Log
from studio.data.recipe import Mapping
from studio.data.rules import listing, plain, quoted
from studio.errors import DataError


def needs(mapping: Mapping) -> tuple[Field, ...]:
    """The needed fields that neither a column nor a constant fills yet; none where the keys of the shape are all
    filled, as by a column that holds whole conversations. DataError for a shape or field that is not known."""
    shape = format_named(mapping.shape)
    filled = {name for name, column in mapping.columns.items() if column}
    filled |= {name for name, text in mapping.constants.items() if text}
    unknown = filled - {field.name for field in shape.FIELDS} - set(shape.KEYS)
    if unknown:
        raise DataError(
            f"The shape {shape.TITLE} has no part called {min(unknown)}.",
            f"Its parts are {listing(field.name for field in shape.FIELDS)}.",
        )
    if filled.issuperset(shape.KEYS):
        return ()
    return tuple(field for field in shape.FIELDS if field.needed and field.name not in filled)


class Mapper:
    """A mapping at work. DataError where it leaves a needed field empty."""

    def __init__(self, mapping: Mapping) -> None:
        missing = needs(mapping)
        if missing:
            raise DataError(
                f"No column is chosen for {listing(field.title for field in missing)}.",
                "Choose a column for it.",
            )
        self.shape: Format = format_named(mapping.shape)
        self._columns = {name: column for name, column in mapping.columns.items() if column}
        self._constants = {name: text for name, text in mapping.constants.items() if text}
        self._needed = {field.name for field in self.shape.FIELDS if field.needed} | set(self.shape.KEYS)

    def row(self, row: dict[str, Any], line: int, log: Log) -> dict[str, Any] | None:
        """The row in the shape; None where it lacks a needed column. Columns that no field asks for are left out."""
        values: dict[str, Any] = dict(self._constants)
        for name, column in self._columns.items():
            if column in row:
                values[name] = _as_text(row[column])
            elif name in self._needed:
                keys, remedy = rules.keys_in_words(row), f"Add {quoted(column)} to the row, or remove the row."
                log.add(rules.MISSING_KEY, line, plain(column), row, missing=quoted(column), keys=keys, remedy=remedy)
                return None
        return self.shape.filled(values)


def _as_text(value: Any) -> Any:
    """What a cell says as text; lists of turns and of labels stay lists."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if isinstance(value, list) and all(isinstance(item, dict) and {"role", "from"} & item.keys() for item in value):
        return value
    return json.dumps(value, ensure_ascii=False)
