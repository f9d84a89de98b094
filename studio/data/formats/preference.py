"""Preferences: a better and a worse answer to the same prompt.

{"prompt", "chosen", "rejected"}, each a text or a list of turns; without a prompt it is what both lists begin with
(source: the preference format of TRL). {"input": {"messages": [...]}, "preferred_output": [one assistant turn],
"non_preferred_output": [one assistant turn]} (source: OpenAI's guide to direct preference optimisation).
"""

import json
from typing import Any

from studio.data.checks import pairs, shape
from studio.data.formats.chat import read_tools
from studio.data.formats.form import Field, note_unused
from studio.data.formats.turn import read_turns, write_turn
from studio.data.log import Log
from studio.data.rules import quoted
from studio.data.values import Example, Message, Task

NAME = "preference"
TITLE = "preference between two answers"
TASK: Task = "prefer"
KEYS = ("chosen", "rejected")
FIELDS = (
    Field("prompt", "What is asked"),
    Field("chosen", "The better answer"),
    Field("rejected", "The worse answer"),
)
EXAMPLE = '{"prompt": "Hi", "chosen": "Hello, how can I help?", "rejected": "What?"}'
REASON = "The rows have a better and a worse answer."

_OPENAI = ("preferred_output", "non_preferred_output")
_KNOWN = ("prompt", *KEYS, "tools")
_KNOWN_OPENAI = ("input", *_OPENAI)


def score(row: dict[str, Any]) -> float:
    return 1.0 if detect(row) else 0.0


def detect(row: dict[str, Any]) -> bool:
    return ("chosen" in row and "rejected" in row) or (_OPENAI[0] in row and _OPENAI[1] in row)


def field(place: int) -> str:
    """The path of the n-th turn's text in a row of the shorter form, with one question."""
    return "prompt" if place == 0 else "chosen" if place == 1 else "rejected"


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example that ends with the better answer, and the worse one as rejected; None when it cannot be
    used, with its findings in the log."""
    if "chosen" in row and "rejected" in row:
        note_unused(row, _KNOWN, line, log)
        read = _short(row, line, log)
        tools = read_tools(row, line, log)
    else:
        note_unused(row, _KNOWN_OPENAI, line, log)
        given = row.get("input")
        read = _openai(row, given if isinstance(given, dict) else {}, line, log)
        tools = read_tools(given, line, log) if isinstance(given, dict) else ""
    if read is None or tools is None:
        return None
    prompt, better, worse = read
    if better.content == worse.content and better.calls == worse.calls:
        log.add(pairs.SAME, line, "chosen", better.content)
    return Example(line, (*prompt, better), (worse,), tools=tools)


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields."""
    return values


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it has no rejected answer, or no prompt."""
    if len(example.rejected) != 1 or not example.prompt:
        return None
    answers = (example.messages[-1], example.rejected[0])
    row: dict[str, Any]
    if [m.role for m in example.prompt] == ["user"] and all(_is_text(answer) for answer in answers):
        row = dict(zip(_KNOWN, (example.prompt[0].content, *(answer.content for answer in answers)), strict=False))
    else:
        row = {"prompt": [write_turn(message) for message in example.prompt]}
        row |= {name: [write_turn(answer)] for name, answer in zip(KEYS, answers, strict=True)}
    if example.tools:
        row["tools"] = json.loads(example.tools)
    return row


def _is_text(answer: Message) -> bool:
    return answer.weight is None and not answer.calls


_Read = tuple[list[Message], Message, Message]


def _short(row: dict[str, Any], line: int, log: Log) -> _Read | None:
    better, worse = row["chosen"], row["rejected"]
    prompt = _turns(row["prompt"], "prompt", "user", line, log) if row.get("prompt") is not None else []
    if prompt is not None and not prompt and isinstance(better, list) and isinstance(worse, list):
        # The turns that both begin with are the prompt; an answer is left to each.
        shared = next((n for n, both in enumerate(zip(better, worse, strict=False)) if both[0] != both[1]), None)
        shared = min(len(better), len(worse)) - 1 if shared is None else shared
        prompt = read_turns(better[: max(shared, 0)], "chosen", line, log)
        better, worse = better[shared:], worse[shared:]
    if prompt == []:
        remedy = 'Add a "prompt", or begin both lists of turns with it.'
        log.add(pairs.NO_PROMPT, line, "prompt", row, field='"prompt"', remedy=remedy)
        return None
    return _both(prompt, (better, worse), KEYS, line, log)


def _openai(row: dict[str, Any], given: dict[str, Any], line: int, log: Log) -> _Read | None:
    raw = given.get("messages")
    if not isinstance(raw, list) or not raw:
        remedy = 'Write "input": {"messages": [{"role": "user", "content": "..."}]}.'
        log.add(pairs.NO_PROMPT, line, "input.messages", row.get("input"), field='"input.messages"', remedy=remedy)
        return None
    prompt = read_turns(raw, "input.messages", line, log)
    outputs = (row[_OPENAI[0]], row[_OPENAI[1]])
    for name, output in zip(_OPENAI, outputs, strict=True):
        if not isinstance(output, list):
            what, wanted = shape.what_is(output), "a list with one assistant turn"
            log.add(pairs.NOT_ONE, line, name, output, field=quoted(name), what=what, wanted=wanted)
            return None
    return _both(prompt, outputs, _OPENAI, line, log)


def _both(
    prompt: list[Message] | None, answers: tuple[Any, Any], names: tuple[str, str], line: int, log: Log
) -> _Read | None:
    better, worse = (_answer(value, name, line, log) for value, name in zip(answers, names, strict=True))
    return None if prompt is None or better is None or worse is None else (prompt, better, worse)


def _answer(value: Any, name: str, line: int, log: Log) -> Message | None:
    turns = _turns(value, name, "assistant", line, log)
    if turns is None or (len(turns) == 1 and turns[0].role == "assistant"):
        return turns[0] if turns else None
    what = f"{len(turns)} turns" if len(turns) != 1 else f"a turn of the {turns[0].role}"
    log.add(pairs.NOT_ONE, line, name, value, field=quoted(name), what=what, wanted="one assistant turn")
    return None


def _turns(value: Any, name: str, role: Any, line: int, log: Log) -> list[Message] | None:
    """A text as one turn of this role, or a list of turns."""
    if isinstance(value, str):
        return [Message(role, value)]
    if isinstance(value, list):
        return read_turns(value, name, line, log)
    what, remedy = shape.what_is(value), shape.text_remedy(value)
    log.add(
        shape.NOT_TEXT,
        line,
        name,
        value,
        field=f"The {name} answer" if role == "assistant" else "The prompt",
        what=what,
        remedy=remedy,
    )
    return None
