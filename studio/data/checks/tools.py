"""Rules about tool calls: whether what is called exists, can be read, and is answered."""

import json
from collections.abc import Callable
from typing import Any

from studio.data.log import Log
from studio.data.rules import Rule, quoted
from studio.data.values import Example

_TOOLS = '"tools": [{"type": "function", "function": {"name": "find"}}]'


def _rows(call: str, tool: str = "", after: str = '{"role": "assistant", "content": "b"}') -> bytes:
    turns = ['{"role": "user", "content": "a"}', f'{{"role": "assistant", "content": null, "tool_calls": [{call}]}}']
    turns += [f'{{"role": "tool", {tool}, "content": "5"}}'] if tool else []
    return f'{{"messages": [{", ".join([*turns, after])}], {_TOOLS}}}\n'.encode()


def _call(name: str = "find", arguments: str = '"{}"') -> str:
    return f'{{"id": "1", "type": "function", "function": {{"name": "{name}", "arguments": {arguments}}}}}'


UNKNOWN_CALL = Rule(
    "tools.unknown_call",
    "error",
    "The tool's turn answers the call {call}, and the turns before it make no such call.",
    "Give it the id of the call that it answers, or remove the row.",
    _rows(_call(), '"tool_call_id": "2"'),
)
ARGUMENTS = Rule(
    "tools.arguments",
    "error",
    "The arguments of the call of {function} are not a JSON object.",
    'Write them as text that is a JSON object, such as {{"city": "Bonn"}}.',
    _rows(_call(arguments='"city: Bonn"'), '"tool_call_id": "1"'),
)
UNKNOWN_FUNCTION = Rule(
    "tools.unknown_function",
    "warning",
    "The function {function} is called, and the row's tools do not have it.",
    "Add it to the tools of the row, or call one of those that are there.",
    _rows(_call("lookup"), '"tool_call_id": "1"'),
)
NOT_ANSWERED = Rule(
    "tools.not_answered",
    "warning",
    "The call of {function} gets no answer of a tool before the conversation goes on.",
    "Add the tool's turn with what the function gave back.",
    _rows(_call()),
)

RULES = (UNKNOWN_CALL, ARGUMENTS, UNKNOWN_FUNCTION, NOT_ANSWERED)


def check(example: Example, field: Callable[[int], str], log: Log) -> None:
    """The calls of a conversation and their answers, in their order."""
    if not any(message.calls or message.role == "tool" for message in example.messages):
        return
    known = _names(example.tools)
    waiting: dict[str, str] = {}
    last = len(example.messages) - 1
    for place, message in enumerate(example.messages):
        if message.role == "tool":
            _answer(message.call_id, waiting, example.line, field(place), log)
            continue
        for function in waiting.values():
            log.add(NOT_ANSWERED, example.line, field(place), message.content, function=quoted(function))
        waiting = {}
        for number, call in enumerate(json.loads(message.calls) if message.calls else ()):
            name = call["function"]["name"]
            if known and name not in known:
                log.add(UNKNOWN_FUNCTION, example.line, field(place), message.calls, function=quoted(name))
            if not _are_arguments(call["function"].get("arguments", "{}")):
                log.add(ARGUMENTS, example.line, field(place), message.calls, function=quoted(name))
            if place < last:
                waiting[str(call.get("id") or f"{name} {number}")] = name


def _answer(call_id: str, waiting: dict[str, str], line: int, path: str, log: Log) -> None:
    """Takes the call that is answered from those that wait. The older form names the function, not the call."""
    by_name = next((call for call, name in waiting.items() if name == call_id), None)
    call = call_id if call_id in waiting else by_name
    if call is None and not call_id and len(waiting) == 1:
        call = next(iter(waiting))
    if call is None:
        log.add(UNKNOWN_CALL, line, path, call_id, call=quoted(call_id) if call_id else "of no id")
    else:
        del waiting[call]


def _names(tools: str) -> set[str]:
    return {tool.get("function", tool).get("name", "") for tool in json.loads(tools)} if tools else set()


def _are_arguments(arguments: Any) -> bool:
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            return False
    return isinstance(arguments, dict)
