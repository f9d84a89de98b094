"""Conversations: {"conversations": [{"from": "human", "value": "..."}, {"from": "gpt", "value": "..."}]}.

Source: the ShareGPT format as axolotl and LLaMA-Factory read it, with their names of the sides and their "system" and
"tools" beside the turns.
"""

import json
from typing import Any

from studio.data.checks import shape, turns
from studio.data.formats.chat import ended, read_tools
from studio.data.formats.form import Field, note_unused
from studio.data.formats.turn import as_json, calls_are_good, read_turns, weight_is_good, weight_of
from studio.data.log import Log
from studio.data.rules import plain, quoted
from studio.data.values import Example, Message, Role, Task

NAME = "sharegpt"
TITLE = "conversations (ShareGPT)"
TASK: Task = "chat"
KEYS = ("conversations",)
FIELDS = (
    Field("system", "How the model is to behave", needed=False, constant=True),
    Field("human", "What the person says"),
    Field("gpt", "What is to be answered"),
)
EXAMPLE = '{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}'
REASON = 'The rows have "conversations", a list of turns.'

_KNOWN = ("conversations", "tools", "system")
_TURNS = ("system", "human", "gpt")
_KEYS = ("from", "value", "weight")
_SIDES: dict[Role, str] = {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}
_ROLES: dict[str, Role] = {
    **{side: role for role, side in _SIDES.items()},
    "user": "user",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "observation": "tool",
}
_CALL = "function_call"


def score(row: dict[str, Any]) -> float:
    raw = row.get("conversations")
    if not isinstance(raw, list):
        return 0.3 if detect(row) else 0.0
    return 1.0 if all(isinstance(turn, dict) and "from" in turn and "value" in turn for turn in raw) else 0.7


def detect(row: dict[str, Any]) -> bool:
    return "conversations" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return f"conversations[{place}].value"


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example that ends with an assistant turn; None when it cannot be used, with its findings in
    the log."""
    raw = row["conversations"]
    if len(row) > 1:
        note_unused(row, _KNOWN, line, log)
    tools = read_tools(row, line, log)
    if not isinstance(raw, list):
        log.add(turns.NOT_A_LIST, line, "conversations", raw, name=quoted("conversations"), what=shape.what_is(raw))
        return None
    if not raw:
        log.add(turns.NO_TURNS, line, "conversations")
        return None
    read = [_turn(turn, f"conversations[{place}]", line, log) for place, turn in enumerate(raw)]
    messages = [message for message in read if message is not None]
    if len(messages) < len(read) or tools is None:
        return None
    system = row.get("system")
    if isinstance(system, str) and system:
        messages.insert(0, Message("system", system))
    return ended(messages, tools, "conversations", line, log)


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields: a whole conversation, or a turn for each field that has one."""
    if "conversations" in values:
        return values
    given = [name for name in _TURNS if name != "system" or values.get(name)]
    return {"conversations": [{"from": name, "value": values.get(name)} for name in given]}


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it has a rejected answer or calls with ids or a text beside."""
    written = [_written(message) for message in example.messages]
    if example.rejected or None in written:
        return None
    row: dict[str, Any] = {"conversations": written}
    if example.tools:
        row["tools"] = example.tools
    return row


def _turn(turn: Any, path: str, line: int, log: Log) -> Message | None:
    if not isinstance(turn, dict):
        log.add(turns.TURN_NOT_OBJECT, line, path, turn, what=shape.what_is(turn))
        return None
    if "role" in turn and "content" in turn:
        read = read_turns([turn], path.partition("[")[0], line, log)
        return read[0] if read else None
    side, value = turn.get("from"), turn.get("value")
    missing = next((key for key in ("from", "value") if key not in turn), None)
    if missing is not None:
        keys, remedy = shape.keys_in_words(turn), f'Add "{missing}" to the turn.'
        log.add(turns.MISSING_KEY, line, f"{path}.{missing}", turn, missing=missing, keys=keys, remedy=remedy)
        return None
    if side == _CALL:
        return _call(value, f"{path}.value", line, log)
    role = _ROLES.get(side.strip().lower()) if isinstance(side, str) else None
    if role is None:
        remedy = 'Write "human" for the person and "gpt" for the answer.'
        log.add(turns.ROLE, line, f"{path}.from", side, role=quoted(side), remedy=remedy)
        return None
    if not isinstance(value, str):
        what, remedy = shape.what_is(value), shape.text_remedy(value)
        log.add(shape.NOT_TEXT, line, f"{path}.value", value, field="The value", what=what, remedy=remedy)
        return None
    for key in turn.keys() - set(_KEYS):
        if turn[key] is not None:
            log.add(turns.UNUSED_KEY, line, f"{path}.{plain(key)}", turn[key], key=quoted(key))
    return Message(role, value, weight_of(turn, role)) if weight_is_good(turn, f"{path}.weight", line, log) else None


def _call(value: Any, path: str, line: int, log: Log) -> Message | None:
    """A turn that is a call: a function with its arguments, or a list of them, as JSON text."""
    try:
        functions = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        functions = None
    functions = functions if isinstance(functions, list) else [functions]
    calls = [{"type": "function", "function": function} for function in functions]
    return Message("assistant", "", calls=as_json(calls)) if calls_are_good(calls, path, line, log) else None


def _written(message: Message) -> dict[str, Any] | None:
    turn: dict[str, Any] = {"from": _SIDES[message.role], "value": message.content}
    if message.weight is not None:
        turn["weight"] = message.weight
    if message.call_id:
        return None
    if message.calls:
        functions = [call.get("function") for call in json.loads(message.calls)]
        whole = as_json([{"type": "function", "function": function} for function in functions]) == message.calls
        turn |= {"from": _CALL, "value": as_json(functions[0] if len(functions) == 1 else functions)}
        return turn if whole and not message.content and message.weight is None else None
    return turn
