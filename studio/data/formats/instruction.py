"""Instructions: {"instruction": "...", "input": "...", "output": "..."}, input optional. Source: Stanford Alpaca.

The input stands below the instruction in one question, with a blank line between them.
"""

from typing import Any

from studio.data.formats.form import Field, is_pair, note_unused, text_of
from studio.data.log import Log
from studio.data.values import Example, Message, Task

NAME = "instruction"
TITLE = "instruction, input and output"
TASK: Task = "chat"
KEYS = ("instruction", "output")
FIELDS = (
    Field("instruction", "What is to be done", constant=True),
    Field("input", "What it is to be done with", needed=False),
    Field("output", "What is to be answered"),
)
EXAMPLE = '{"instruction": "Add the numbers", "input": "1 and 2", "output": "3"}'
REASON = 'The rows have an "instruction" and an "output".'

_GAP = "\n\n"


def score(row: dict[str, Any]) -> float:
    return (0.9 + 0.1 * ("input" in row)) if detect(row) else 0.0


def detect(row: dict[str, Any]) -> bool:
    return "instruction" in row and "output" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return KEYS[place]


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example; None when it cannot be used, with its findings in the log."""
    note_unused(row, ("instruction", "input", "output"), line, log)
    read = [text_of(row, name, line, log) for name in KEYS]
    given = "" if row.get("input") is None else text_of(row, "input", line, log)
    instruction, output = read
    if instruction is None or output is None or given is None:
        return None
    asked = f"{instruction}{_GAP}{given}" if given else instruction
    return Example(line, (Message("user", asked), Message("assistant", output)))


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields."""
    return values


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it is more than one question and one answer."""
    if not is_pair(example):
        return None
    return {"instruction": example.messages[0].content, "input": "", "output": example.answer}
