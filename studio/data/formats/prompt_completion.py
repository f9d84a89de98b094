"""Pairs: {"prompt": "...", "completion": "..."}, both text. A pair becomes a chat of one question and one answer."""

from typing import Any

from studio.data.formats.form import Field, is_pair, note_unused, text_of
from studio.data.log import Log
from studio.data.values import Example, Message, Task

NAME = "prompt_completion"
TITLE = "prompt and completion"
TASK: Task = "chat"
KEYS = ("prompt", "completion")
FIELDS = (Field("prompt", "What is asked"), Field("completion", "What is to be answered"))
EXAMPLE = '{"prompt": "Hi", "completion": "Hello"}'
REASON = 'The rows have a "prompt" and a "completion".'


def score(row: dict[str, Any]) -> float:
    if not detect(row):
        return 0.0
    return 1.0 if isinstance(row["prompt"], str) and isinstance(row["completion"], str) else 0.5


def detect(row: dict[str, Any]) -> bool:
    return "prompt" in row and "completion" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return KEYS[place]


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example; None when it cannot be used, with its findings in the log."""
    prompt, completion = row["prompt"], row["completion"]
    if len(row) > 2:
        note_unused(row, KEYS, line, log)
    if type(prompt) is str and type(completion) is str:
        return Example(line, (Message("user", prompt), Message("assistant", completion)))
    for name in KEYS:
        text_of(row, name, line, log)
    return None


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields."""
    return values


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it is more than one question and one answer."""
    if not is_pair(example):
        return None
    return {"prompt": example.messages[0].content, "completion": example.answer}
