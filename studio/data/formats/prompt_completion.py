"""Pairs: {"prompt": "...", "completion": "..."}, both text. A pair becomes a chat of one question and one answer."""

from typing import Any

from studio.data.checks import shape
from studio.data.log import Log
from studio.data.rules import plain, quoted
from studio.data.values import Example, Message

NAME = "prompt_completion"
TITLE = "prompt and completion"
KEYS = ("prompt", "completion")
EXAMPLE = '{"prompt": "Hi", "completion": "Hello"}'


def detect(row: dict[str, Any]) -> bool:
    return "prompt" in row and "completion" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return KEYS[place]


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example; None when it cannot be used, with its findings in the log."""
    prompt, completion = row["prompt"], row["completion"]
    if len(row) > 2:
        for key in row:
            if key not in KEYS:
                log.add(shape.UNUSED_KEY, line, plain(key), row[key], key=quoted(key))
    if type(prompt) is str and type(completion) is str:
        return Example(line, (Message("user", prompt), Message("assistant", completion)))
    for name, value in (("prompt", prompt), ("completion", completion)):
        if not isinstance(value, str):
            remedy = shape.text_remedy(value)
            what = shape.what_is(value)
            log.add(shape.NOT_TEXT, line, name, value, field=f"The {name}", what=what, remedy=remedy)
    return None
