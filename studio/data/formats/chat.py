"""Chats: {"messages": [{"role", "content", "weight"?, ...}, ...], "tools"?: [...]}, OpenAI's chat format.

Source: the fine-tuning guide of the OpenAI API. How a single turn is read is turn.py's business.
"""

import json
from typing import Any

from studio.data.checks import shape, turns
from studio.data.formats.form import Field, note_unused
from studio.data.formats.turn import as_json, read_turns, write_turn
from studio.data.log import Log
from studio.data.rules import quoted
from studio.data.values import Example, Message, Task

NAME = "chat"
TITLE = "chat messages"
TASK: Task = "chat"
KEYS = ("messages",)
FIELDS = (
    Field("system", "How the model is to behave", needed=False, constant=True),
    Field("user", "What the person says"),
    Field("assistant", "What is to be answered"),
)
EXAMPLE = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}'
REASON = 'The rows have "messages", a list of turns.'

_TURNS = ("system", "user", "assistant")
_KNOWN = ("messages", "tools", "functions", "parallel_tool_calls")


def score(row: dict[str, Any]) -> float:
    raw = row.get("messages")
    if not isinstance(raw, list):
        return 0.5 if detect(row) else 0.0
    return 1.0 if all(isinstance(turn, dict) and "role" in turn for turn in raw) else 0.7


def detect(row: dict[str, Any]) -> bool:
    return "messages" in row


def field(place: int) -> str:
    """The path of the n-th turn's text in a row."""
    return f"messages[{place}].content"


def parse(row: dict[str, Any], line: int, log: Log) -> Example | None:
    """The row as an example that ends with an assistant turn; None when it cannot be used, with its findings in
    the log."""
    raw = row["messages"]
    tools: str | None = ""
    if len(row) > 1:
        note_unused(row, _KNOWN, line, log)
        tools = read_tools(row, line, log)
    if not isinstance(raw, list):
        log.add(turns.NOT_A_LIST, line, "messages", raw, name=quoted("messages"), what=shape.what_is(raw))
        return None
    if not raw:
        log.add(turns.NO_TURNS, line, "messages")
        return None
    messages = read_turns(raw, "messages", line, log)
    return ended(messages, tools, "messages", line, log) if messages and tools is not None else None


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """The row with these values in its fields: a whole conversation, or a turn for each field that has one."""
    if "messages" in values:
        return values
    given = [name for name in _TURNS if name != "system" or values.get(name)]
    return {"messages": [{"role": name, "content": values.get(name)} for name in given]}


def write(example: Example) -> dict[str, Any] | None:
    """The row that parses to this example; None where it has a rejected answer."""
    if example.rejected:
        return None
    row: dict[str, Any] = {"messages": [write_turn(message) for message in example.messages]}
    if example.tools:
        row["tools"] = json.loads(example.tools)
    return row


def read_tools(row: dict[str, Any], line: int, log: Log) -> str | None:
    """The tools of a row as JSON, '' where it has none; None after the log says that they cannot be read."""
    tools = row.get("tools")
    if tools is None and isinstance(row.get("functions"), list):
        tools = [{"type": "function", "function": function} for function in row["functions"]]
    if isinstance(tools, str):
        try:
            tools = json.loads(tools) if tools.strip() else None
        except (ValueError, RecursionError):
            tools = {}
    if tools is None or tools == []:
        return ""
    if not isinstance(tools, list) or not all(_is_tool(tool) for tool in tools):
        log.add(turns.TOOLS, line, "tools", tools)
        return None
    return as_json(tools)


def _is_tool(tool: Any) -> bool:
    function = tool.get("function", tool) if isinstance(tool, dict) else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def ended(messages: list[Message], tools: str, path: str, line: int, log: Log) -> Example | None:
    """The example of these turns, cut after the last assistant turn; None where nothing can be learned from it."""
    if messages[-1].role != "assistant":
        answers = [place for place, message in enumerate(messages) if message.role == "assistant"]
        if not answers:
            log.add(turns.NO_ASSISTANT, line, path, messages[-1].content)
            return None
        end = answers[-1] + 1
        log.add(turns.TRAILING, line, f"{path}[{end}]", messages[end].content)
        messages = messages[:end]
    if messages[-1].weight == 0 and all(m.weight == 0 for m in messages if m.role == "assistant"):
        log.add(turns.ALL_WEIGHTS_ZERO, line, path, messages[-1].content)
        return None
    return Example(line, tuple(messages), tools=tools)
