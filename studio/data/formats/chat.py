"""Chats: {"messages": [{"role", "content", "weight"?}, ...]}, OpenAI's chat format without tools.

Source: the fine-tuning guide of the OpenAI API. Tool calls are refused with a finding of their own.
"""

from typing import Any, cast

from studio.data.checks import shape, turns
from studio.data.log import Log
from studio.data.rules import plain, quoted
from studio.data.values import Example, Message, Role

NAME = "chat"
TITLE = "chat messages"
KEYS = ("messages",)
EXAMPLE = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}'

_TOOL_KEYS = frozenset({"tools", "functions", "parallel_tool_calls", "tool_choice"})
_TOOL_TURN_KEYS = frozenset({"tool_calls", "function_call", "tool_call_id"})
_TURN_KEYS = frozenset({"role", "content", "weight", "name"})
_ROLES = frozenset({"system", "user", "assistant"})
_TOOL_ROLES = frozenset({"tool", "function", "ipython"})
_MEANT = {
    **dict.fromkeys(("human", "customer", "person", "client", "prompter", "question", "instruction"), "user"),
    **dict.fromkeys(("bot", "gpt", "model", "ai", "agent", "chatgpt", "chatbot", "answer", "response"), "assistant"),
    "developer": "system",
}
_KEYS_MEANT = {"role": ("from", "speaker", "author", "sender"), "content": ("value", "text", "message", "parts")}


def detect(row: dict[str, Any]) -> bool:
    return "messages" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return f"messages[{place}].content"


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example that ends with an assistant turn; None when it cannot be used, with its findings in
    the log."""
    raw = row["messages"]
    if len(row) > 1 and not _row_keys(row, line, log):
        return None
    if not isinstance(raw, list):
        log.add(turns.NOT_A_LIST, line, "messages", raw, what=shape.what_is(raw))
        return None
    if not raw:
        log.add(turns.NO_TURNS, line, "messages")
        return None
    read = [_turn(turn, place, line, log) for place, turn in enumerate(raw)]
    messages = [message for message in read if message is not None]
    return _ended(messages, line, log) if len(messages) == len(read) else None


def _row_keys(row: dict[str, Any], line: int, log: Log) -> bool:
    tools = _TOOL_KEYS & row.keys()
    if tools:
        log.add(turns.TOOLS, line, min(tools), row[min(tools)], what=quoted(min(tools)))
        return False
    for key in row:
        if key != "messages":
            log.add(shape.UNUSED_KEY, line, plain(key), row[key], key=quoted(key))
    return True


def _turn(turn: Any, place: int, line: int, log: Log) -> Message | None:
    if not isinstance(turn, dict):
        log.add(turns.TURN_NOT_OBJECT, line, f"messages[{place}]", turn, what=shape.what_is(turn))
        return None
    role, content = turn.get("role"), turn.get("content")
    if not isinstance(role, str) or role not in _ROLES:
        _no_role(turn, place, line, log)
        return None
    weight = None
    if len(turn) > 2:
        if not _turn_keys(turn, place, line, log):
            return None
        weight = int(turn["weight"]) if turn.get("weight") is not None and role == "assistant" else None
    if type(content) is not str:
        _no_content(turn, place, line, log)
        return None
    return Message(cast(Role, role), content, weight)


def _no_role(turn: dict[str, Any], place: int, line: int, log: Log) -> None:
    role, path = turn.get("role"), f"messages[{place}].role"
    if "role" not in turn:
        _lacks("role", turn, path, line, log)
    elif not isinstance(role, str):
        remedy = "Write system, user or assistant in double quotes."
        log.add(shape.NOT_TEXT, line, path, role, field="The role", what=shape.what_is(role), remedy=remedy)
    elif role.lower() in _TOOL_ROLES:
        log.add(turns.TOOLS, line, path, role, what=f"the role {quoted(role)}")
    else:
        plain = role.strip().lower()
        meant = plain if plain in _ROLES else _MEANT.get(plain)
        remedy = f'Write "{meant}" instead.' if meant else 'Write "user" for the person and "assistant" for the answer.'
        log.add(turns.ROLE, line, path, role, role=quoted(role), remedy=remedy)


def _turn_keys(turn: dict[str, Any], place: int, line: int, log: Log) -> bool:
    tools = [key for key in _TOOL_TURN_KEYS & turn.keys() if turn[key] is not None]
    if tools:
        path = f"messages[{place}].{min(tools)}"
        log.add(turns.TOOLS, line, path, turn[min(tools)], what=quoted(min(tools)))
        return False
    weight = turn.get("weight")
    if weight is not None and (type(weight) not in (int, float) or weight not in (0, 1)):
        log.add(turns.WEIGHT, line, f"messages[{place}].weight", weight, weight=shape.shown(weight))
        return False
    for key in turn.keys() - _TURN_KEYS - _TOOL_TURN_KEYS:
        log.add(turns.UNUSED_KEY, line, f"messages[{place}].{plain(key)}", turn[key], key=quoted(key))
    return True


def _no_content(turn: dict[str, Any], place: int, line: int, log: Log) -> None:
    path = f"messages[{place}].content"
    if "content" not in turn:
        _lacks("content", turn, path, line, log)
        return
    content = turn["content"]
    remedy = shape.text_remedy(content)
    log.add(shape.NOT_TEXT, line, path, content, field="The content", what=shape.what_is(content), remedy=remedy)


def _lacks(key: str, turn: dict[str, Any], path: str, line: int, log: Log) -> None:
    near = next((name for name in _KEYS_MEANT[key] if name in turn), None)
    remedy = f'Rename "{near}" to "{key}".' if near else f'Add "{key}" to the turn.'
    log.add(turns.MISSING_KEY, line, path, turn, missing=key, keys=shape.keys_in_words(turn), remedy=remedy)


def _ended(messages: list[Message], line: int, log: Log) -> Example | None:
    """Cuts what follows the last assistant turn."""
    if messages[-1].role != "assistant":
        answers = [place for place, message in enumerate(messages) if message.role == "assistant"]
        if not answers:
            log.add(turns.NO_ASSISTANT, line, "messages", messages[-1].content)
            return None
        end = answers[-1] + 1
        log.add(turns.TRAILING, line, f"messages[{end}]", messages[end].content)
        messages = messages[:end]
    if messages[-1].weight == 0 and all(m.weight == 0 for m in messages if m.role == "assistant"):
        log.add(turns.ALL_WEIGHTS_ZERO, line, "messages", messages[-1].content)
        return None
    return Example(line, tuple(messages))
