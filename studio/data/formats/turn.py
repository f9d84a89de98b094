"""Turns as OpenAI writes them: {"role", "content", "weight"?, "tool_calls"?, "tool_call_id"?}. All shapes with turns
share them.

The developer's role is the system's under a newer name. Source: the chat format of the OpenAI API.
"""

import json
from typing import Any

from studio.data.checks import shape, turns
from studio.data.log import Log
from studio.data.rules import plain, quoted
from studio.data.values import Message, Role

_KEYS = frozenset(("role", "content", "weight", "name", "tool_calls", "tool_call_id", "function_call"))
_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "developer": "system",
    "function": "tool",
    "ipython": "tool",
}
_MEANT = {
    **dict.fromkeys(("human", "customer", "person", "client", "prompter", "question", "instruction"), "user"),
    **dict.fromkeys(("bot", "gpt", "model", "ai", "agent", "chatgpt", "chatbot", "answer", "response"), "assistant"),
}
_KEYS_MEANT = {"role": ("from", "speaker", "author", "sender"), "content": ("value", "text", "message", "parts")}


def read_turns(raw: list[Any], path: str, line: int, log: Log) -> list[Message] | None:
    """The turns of a list at `path` of a row; None where one of them cannot be used, which the log then says."""
    read = [_turn(turn, path, place, line, log) for place, turn in enumerate(raw)]
    messages = [message for message in read if message is not None]
    return messages if len(messages) == len(read) else None


def write_turn(message: Message) -> dict[str, Any]:
    """The turn that reads as this message."""
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.weight is not None:
        turn["weight"] = message.weight
    if message.calls:
        turn["content"] = message.content or None
        turn["tool_calls"] = json.loads(message.calls)
    if message.call_id:
        turn["tool_call_id"] = message.call_id
    return turn


def meant_role(role: str) -> str | None:
    """The role that this name stands for, None where nobody knows."""
    lowered = role.strip().lower()
    return _ROLES.get(lowered) or _MEANT.get(lowered)


def as_json(value: Any) -> str:
    """Calls and tools as they are stored."""
    return json.dumps(value, ensure_ascii=False)


def _turn(turn: Any, path: str, place: int, line: int, log: Log) -> Message | None:
    if type(turn) is not dict:
        log.add(turns.TURN_NOT_OBJECT, line, f"{path}[{place}]", turn, what=shape.what_is(turn))
        return None
    role, content = turn.get("role"), turn.get("content")
    known = _ROLES.get(role) if type(role) is str else None
    if known is None:
        _no_role(turn, f"{path}[{place}].role", line, log)
        return None
    if len(turn) == 2 and type(content) is str:
        return Message(known, content)
    return _with_more(turn, known, f"{path}[{place}]", line, log)


def _with_more(turn: dict[str, Any], role: Role, path: str, line: int, log: Log) -> Message | None:
    """A turn that has more than a role and a text."""
    calls = _calls(turn, f"{path}.tool_calls", line, log) if role == "assistant" else ""
    content = _content(turn, bool(calls))
    for key in turn.keys() - _KEYS:
        if turn[key] is not None:
            log.add(turns.UNUSED_KEY, line, f"{path}.{plain(key)}", turn[key], key=quoted(key))
    if not weight_is_good(turn, f"{path}.weight", line, log):
        return None
    if content is None:
        _no_content(turn, f"{path}.content", line, log)
        return None
    if calls is None:
        return None
    answers = turn.get("tool_call_id") or turn.get("name") if role == "tool" else None
    return Message(role, content, weight_of(turn, role), calls, answers if isinstance(answers, str) else "")


def weight_is_good(turn: dict[str, Any], path: str, line: int, log: Log) -> bool:
    weight = turn.get("weight")
    if weight is None or (type(weight) in (int, float) and weight in (0, 1)):
        return True
    log.add(turns.WEIGHT, line, path, weight, weight=shape.shown(weight))
    return False


def weight_of(turn: dict[str, Any], role: Role) -> int | None:
    weight = turn.get("weight")
    return int(weight) if weight is not None and role == "assistant" else None


def _content(turn: dict[str, Any], has_calls: bool) -> str | None:
    """The text of a turn; of a list of text parts their texts in one. None where there is no text."""
    content = turn.get("content")
    if isinstance(content, str):
        return content
    if content is None:
        return "" if has_calls else None
    if not isinstance(content, list) or not content:
        return None
    parts = [part["text"] for part in content if isinstance(part, dict) and part.keys() == {"type", "text"}]
    return "".join(parts) if len(parts) == len(content) and all(isinstance(part, str) for part in parts) else None


def _calls(turn: dict[str, Any], path: str, line: int, log: Log) -> str | None:
    """The tool calls of a turn as JSON, '' where it has none; None after the log says that they cannot be read."""
    calls = turn.get("tool_calls")
    if calls is None and turn.get("function_call") is not None:
        calls = [{"type": "function", "function": turn["function_call"]}]
    if calls is None:
        return ""
    return as_json(calls) if calls_are_good(calls, path, line, log) else None


def calls_are_good(calls: Any, path: str, line: int, log: Log) -> bool:
    wrong = _wrong_calls(calls)
    if wrong:
        log.add(turns.CALLS, line, path, calls, what=wrong)
    return not wrong


def _wrong_calls(calls: Any) -> str:
    if not isinstance(calls, list) or not calls:
        return f"they are {shape.what_is(calls)}" if not isinstance(calls, list) else "the list is empty"
    for call in calls:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            return 'a call has no "function" with a "name"'
        if not isinstance(function.get("arguments", ""), str | dict):
            return 'the "arguments" of a call are neither text nor an object'
    return ""


def _no_role(turn: dict[str, Any], path: str, line: int, log: Log) -> None:
    role = turn.get("role")
    if "role" not in turn:
        _lacks("role", turn, path, line, log)
    elif not isinstance(role, str):
        remedy = "Write system, user or assistant in double quotes."
        log.add(shape.NOT_TEXT, line, path, role, field="The role", what=shape.what_is(role), remedy=remedy)
    else:
        meant = meant_role(role)
        remedy = f'Write "{meant}" instead.' if meant else 'Write "user" for the person and "assistant" for the answer.'
        log.add(turns.ROLE, line, path, role, role=quoted(role), remedy=remedy)


def _no_content(turn: dict[str, Any], path: str, line: int, log: Log) -> None:
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
