"""Raw text: {"text": "..."} without a label, to be continued rather than answered. A row is one answer without a
prompt."""

from typing import Any

from studio.data.formats.form import Field, is_plain, note_unused, text_of
from studio.data.log import Log
from studio.data.values import Example, Message, Task

NAME = "raw_text"
TITLE = "raw text"
TASK: Task = "text"
KEYS = ("text",)
FIELDS = (Field("text", "The text to be learned"),)
EXAMPLE = '{"text": "The cat sat on the mat."}'
REASON = 'The rows have a "text" and no label.'


def score(row: dict[str, Any]) -> float:
    """Less where there are other columns: one of them may be the label."""
    return (1.0 if len(row) == 1 else 0.5) if detect(row) else 0.0


def detect(row: dict[str, Any]) -> bool:
    return "text" in row


def field(place: int) -> str:
    """The path of the text in a row."""
    return KEYS[place]


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example; None when it cannot be used, with its findings in the log."""
    if len(row) > 1:
        note_unused(row, KEYS, line, log)
    text = text_of(row, "text", line, log)
    return None if text is None else Example(line, (Message("assistant", text),))


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields."""
    return values


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it has a prompt."""
    if len(example.messages) != 1 or example.messages[0].role != "assistant" or not is_plain(example):
        return None
    return {"text": example.answer}
