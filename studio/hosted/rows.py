"""Rows as a provider wants them: JSONL of chats, or of preferences, and what a provider would refuse, found before it
costs anything. The rules are listed in docs/hosted.md.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.data.values import Example, Finding, Message, Severity
from studio.errors import DataError
from studio.hosted.base import Method, Provider

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|endofprompt|>", "<|fim_prefix|>", "<|return|>")
"""Marks by which models part their texts; inside a text they are refused or read as the end of it."""
RULES: Mapping[str, Severity] = {
    "hosted.few": "error",
    "hosted.question": "error",
    "hosted.tools": "error",
    "hosted.preference": "error",
    "hosted.large": "error",
    "hosted.long": "warning",
    "hosted.special": "warning",
    "hosted.both_parts": "warning",
}


def method_for(examples: Sequence[Example]) -> Method:
    """How these rows are learnt from: preferences when every one has a rejected answer."""
    return "dpo" if examples and all(example.rejected for example in examples) else "supervised"


def row_of(example: Example, method: Method) -> dict[str, Any]:
    """One example in the provider's shape (OpenAI's chat format, or its preference format)."""
    tools = json.loads(example.tools) if example.tools else None
    if method == "dpo":
        prompt = {"messages": [turn_of(turn) for turn in example.prompt]} | ({"tools": tools} if tools else {})
        return {
            "input": prompt,
            "preferred_output": [turn_of(example.messages[-1], weighed=False)],
            "non_preferred_output": [turn_of(turn, weighed=False) for turn in example.rejected],
        }
    return {"messages": [turn_of(turn) for turn in example.messages]} | ({"tools": tools} if tools else {})


def turn_of(turn: Message, weighed: bool = True) -> dict[str, Any]:
    """One turn as the protocol writes it; weighed: with its weight, where it has one."""
    said: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.calls:
        said["tool_calls"] = json.loads(turn.calls)
        if not turn.content:
            del said["content"]
    if turn.call_id:
        said["tool_call_id"] = turn.call_id
    if weighed and turn.role == "assistant" and turn.weight is not None:
        said["weight"] = turn.weight
    return said


def write(examples: Iterable[Example], method: Method, path: Path) -> int:
    """Writes the rows to `path` (JSONL, UTF-8, \\n); its size in bytes."""
    with path.open("wb") as file:
        for example in examples:
            file.write(json.dumps(row_of(example, method), ensure_ascii=False).encode() + b"\n")
        return file.tell()


def check(
    training: Sequence[Example], validation: Sequence[Example], provider: Provider, method: Method, context: int = 0
) -> list[Finding]:
    """What the provider would refuse or misread. context: most tokens of an example, 0 unknown."""
    found = [finding for example in (*training, *validation) for finding in _example(example, method, context)]
    if len(training) < provider.least_rows:
        found.append(
            _finding(
                "hosted.few",
                None,
                f"{len(training)} examples are to be learned from, and {provider.title} wants at least "
                f"{provider.least_rows}.",
                "Add examples, or hold fewer of them out.",
            )
        )
    size = sum(len(json.dumps(row_of(one, method), ensure_ascii=False).encode()) + 1 for one in training)
    limit = provider.file_bytes
    if size > limit:
        found.append(
            _finding(
                "hosted.large",
                None,
                f"The training file has {size / 1e6:,.0f} MB, and {provider.title} takes {limit / 1e6:,.0f} MB.",
                "Use fewer or shorter examples.",
            )
        )
    learned = {_key(example) for example in training}
    found += [
        _finding(
            "hosted.both_parts",
            example.line,
            "This example is learned from and steers too, so the loss on unseen examples looks better than it is.",
            "Leave one of the two out.",
        )
        for example in validation
        if _key(example) in learned
    ]
    return found


def refuse(findings: Iterable[Finding]) -> None:
    """DataError for the first finding that keeps the provider from learning."""
    for finding in findings:
        if finding.severity == "error":
            raise DataError(finding.message, finding.remedy, line=finding.line, field=finding.field)


def _example(example: Example, method: Method, context: int) -> Iterator[Finding]:
    line = example.line
    if not any(turn.role in ("user", "tool") for turn in example.prompt):
        yield _finding(
            "hosted.question",
            line,
            "This example has no question before its answer.",
            "Give it a user turn, or leave it out.",
        )
    if method == "dpo" and not any(turn.role == "assistant" for turn in example.rejected):
        yield _finding(
            "hosted.preference",
            line,
            "This example has no answer that is liked less.",
            "Give it one preferred and one rejected answer.",
        )
    if fault := _tool_fault(example):
        yield _finding("hosted.tools", line, fault, "Mend the tool calls, or leave the example out.")
    texts = [turn.content for turn in (*example.messages, *example.rejected)]
    if special := next((mark for mark in SPECIAL if any(mark in text for text in texts)), None):
        yield _finding(
            "hosted.special",
            line,
            f"This example holds {special}, by which models part their texts.",
            "Take it out, unless it is meant.",
        )
    # A token has at least one byte, so an example of so few bytes is surely short enough.
    size = sum(len(text.encode()) for text in texts)
    if context and size > 4 * context:
        yield _finding(
            "hosted.long",
            line,
            f"This example has about {size // 4:,} tokens, and what is beyond {context:,} is cut off.",
            "Shorten it, or split it into several.",
        )


def _tool_fault(example: Example) -> str:
    known, open_calls = _names(example.tools), set[str]()
    for turn in (*example.messages, *example.rejected):
        for call in json.loads(turn.calls) if turn.calls else []:
            name = (call.get("function") or {}).get("name") if isinstance(call, dict) else None
            if not name or not call.get("id"):
                return "A tool call of this example has no name or no id."
            if name not in known:
                return f"This example calls the tool “{name}”, which is not among its tools."
            open_calls.add(str(call["id"]))
        if turn.role == "tool" and turn.call_id not in open_calls:
            return "A tool's answer in this example belongs to no call before it."
    return ""


def _names(tools: str) -> set[str]:
    listed = json.loads(tools) if tools else []
    return {str((tool.get("function") or {}).get("name")) for tool in listed if isinstance(tool, dict)}


def _key(example: Example) -> tuple[tuple[str, str], ...]:
    return tuple((turn.role, turn.content) for turn in example.messages)


def _finding(rule: str, line: int | None, message: str, remedy: str) -> Finding:
    return Finding(rule, RULES[rule], line, None, message, remedy)
