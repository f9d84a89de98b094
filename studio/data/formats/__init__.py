"""A file per shape of rows. A new shape is one module here and one line in FORMATS; form.py says what it has to offer.

The order counts where a row could be of two shapes: the one that asks for more comes first.
"""

from collections.abc import Sequence
from typing import Any

from studio.data.formats import (
    chat,
    instruction,
    preference,
    prompt_completion,
    raw_text,
    sharegpt,
    text_label,
)
from studio.data.formats.form import Field, Format
from studio.errors import DataError

FORMATS: tuple[Format, ...] = (chat, preference, prompt_completion, instruction, sharegpt, text_label, raw_text)

__all__ = ["FORMATS", "Field", "Format", "best_format", "format_named", "format_of"]


def format_of(row: dict[str, Any]) -> Format | None:
    """The format this row has, by its keys."""
    return next((shape for shape in FORMATS if shape.detect(row)), None)


def format_named(name: str) -> Format:
    """The format with this NAME; DataError where there is none."""
    found = next((shape for shape in FORMATS if name == shape.NAME), None)
    if found is None:
        raise DataError(f"There is no shape called {name!r}.", f"Known are {', '.join(s.NAME for s in FORMATS)}.")
    return found


def best_format(rows: Sequence[dict[str, Any]]) -> tuple[Format | None, float]:
    """The shape that most rows have, and how sure it is (0 to 1: the mean over the rows)."""
    best: Format | None = None
    most = 0.0
    for shape in FORMATS:
        sure = sum(shape.score(row) for row in rows) / len(rows) if rows else 0.0
        if sure > most:
            best, most = shape, sure
    return best, most
