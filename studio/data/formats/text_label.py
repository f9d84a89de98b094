"""Texts with their label: {"text": "...", "label": "..."}. The label may be a list of several.

The labels are kept as such, and said as the answer too, so that a model that writes can learn them.
"""

from typing import Any

from studio.data.checks import pairs, shape
from studio.data.formats.form import Field, is_pair, note_unused, text_of
from studio.data.log import Log
from studio.data.values import Example, Message, Task

NAME = "text_label"
TITLE = "text and label"
TASK: Task = "classify"
KEYS = ("text", "label")
FIELDS = (Field("text", "The text to be sorted"), Field("label", "The label it belongs to"))
EXAMPLE = '{"text": "My parcel has not come", "label": "delivery"}'
REASON = 'The rows have a "text" and a "label".'

_MANY = "labels"
_BETWEEN = ", "


def score(row: dict[str, Any]) -> float:
    return 1.0 if detect(row) else 0.0


def detect(row: dict[str, Any]) -> bool:
    return "text" in row and ("label" in row or _MANY in row)


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return KEYS[place]


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example; None when it cannot be used, with its findings in the log."""
    name = "label" if "label" in row else _MANY
    if len(row) > 2:
        note_unused(row, ("text", name), line, log)
    text = text_of(row, "text", line, log)
    labels = _labels(row[name], name, line, log)
    if text is None or labels is None:
        return None
    return Example(line, (Message("user", text), Message("assistant", _BETWEEN.join(labels))), labels=labels)


def _labels(value: Any, name: str, line: int, log: Log) -> tuple[str, ...] | None:
    every = value if isinstance(value, list) else [value]
    made = []
    for one in every:
        if isinstance(one, bool | int):
            log.add(pairs.NUMBER, line, name, one)
            made.append(str(one).lower() if isinstance(one, bool) else str(one))
        elif isinstance(one, str):
            made.append(one)
        else:
            what, remedy = shape.what_is(one), "Write the name of the label in double quotes."
            log.add(shape.NOT_TEXT, line, name, one, field="The label", what=what, remedy=remedy)
            return None
    return tuple(made)


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields."""
    return values


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example, its answer taken for the label where it has none; None where it is more than
    one text and its labels."""
    if not is_pair(example):
        return None
    labels = list(example.labels) or [example.answer]
    if _BETWEEN.join(labels) != example.answer:
        return None
    return {"text": example.messages[0].content, "label": labels[0] if len(labels) == 1 else labels}
