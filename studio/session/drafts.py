"""A row that cannot be used, read as far as that goes, so that a person can complete it instead of writing it anew."""

import json
from collections.abc import Mapping
from typing import Any

from studio.data import format_named
from studio.data.values import Example, Message

_ANSWERS = ("assistant", "gpt", "bot", "model", "ai", "chatbot", "chosen", "completion", "output", "answer")


def draft(row: Any, text: str, shape: str) -> Example:
    """An example of this shape with what the row has to say. text: of the line, which is all there is where it could
    not be read."""
    known = format_named(shape)
    values = row if isinstance(row, dict) else {known.FIELDS[0].name: text}
    turns = next((values[key] for key in ("messages", "conversations") if isinstance(values.get(key), list)), None)
    if turns is not None:
        return Example(0, _ended([_turn(turn) for turn in turns if isinstance(turn, dict)]))
    said = {field.name: _said(values.get(field.name)) for field in known.FIELDS}
    match known.TASK:
        case "classify":
            return Example(0, _pair(said["text"], said["label"]), labels=(said["label"],))
        case "prefer":
            return Example(0, _pair(said["prompt"], said["chosen"]), (Message("assistant", said["rejected"]),))
        case "text":
            return Example(0, (Message("assistant", said["text"]),))
    asked = [text for name, text in said.items() if name not in (*_ANSWERS, "system") and text]
    answer = next((text for name, text in said.items() if name in _ANSWERS), "")
    return Example(0, _ended([Message("user", "\n\n".join(asked)), Message("assistant", answer)]))


def _turn(turn: Mapping[str, Any]) -> Message:
    role = str(turn.get("role", turn.get("from", ""))).strip().lower()
    text = _said(turn.get("content", turn.get("value")))
    if role == "system":
        return Message("system", text)
    return Message("assistant" if role in _ANSWERS else "user", text)


def _ended(turns: list[Message]) -> tuple[Message, ...]:
    """A conversation that ends with an answer, empty where there is none yet."""
    if not turns:
        turns = [Message("user", "")]
    return tuple(turns if turns[-1].role == "assistant" else [*turns, Message("assistant", "")])


def _pair(prompt: str, answer: str) -> tuple[Message, ...]:
    return (Message("user", prompt), Message("assistant", answer))


def _said(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
