"""What rows of each shape become: tools, sides, labels, preferences, raw text, and their faults."""

import json
from pathlib import Path
from typing import Any

import pytest

from studio.data import Message, load_examples, rows_file
from studio.data.store import import_file
from tests.data.make import checked, lines

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}}


def test_chat_with_tools(tmp_path: Path) -> None:
    row = {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Weather in "}, {"type": "text", "text": "Bern?"}]},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "1", "content": "12 degrees"},
            {"role": "assistant", "content": "It is 12 degrees.", "weight": 1},
        ],
        "tools": [TOOL],
        "parallel_tool_calls": False,
    }
    old = {
        "messages": [
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "function_call": {"name": "weather", "arguments": "{}"}},
            {"role": "function", "name": "weather", "content": "12"},
            {"role": "assistant", "content": "12"},
        ],
        "functions": [TOOL["function"]],
    }
    result = checked(tmp_path, lines(row, old))
    assert result.report.errors == 0
    first, second = result.examples
    assert [m.role for m in first.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert first.messages[1].content == "Weather in Bern?"
    assert json.loads(first.messages[2].calls) == [CALL]
    assert (first.messages[3].call_id, first.messages[4].weight) == ("1", 1)
    assert json.loads(first.tools) == json.loads(second.tools) == [TOOL]
    assert json.loads(second.messages[1].calls) == [
        {"type": "function", "function": {"name": "weather", "arguments": "{}"}}
    ]
    assert [m.role for m in second.messages] == ["user", "assistant", "tool", "assistant"]


def test_sharegpt_sides_and_calls(tmp_path: Path) -> None:
    row = {
        "system": "Be brief.",
        "tools": json.dumps([TOOL]),
        "conversations": [
            {"from": "human", "value": "Weather?"},
            {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Bern"}}'},
            {"from": "observation", "value": "12"},
            {"from": "gpt", "value": "12 degrees", "weight": 1},
        ],
    }
    bad = {"conversations": [{"from": "human", "value": "a"}, {"from": "narrator", "value": "b"}]}
    result = checked(tmp_path, lines(row, bad, {"conversations": [{"from": "human"}]}, {"conversations": "a"}))
    (example,) = result.examples
    assert [m.role for m in example.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert json.loads(example.messages[2].calls)[0]["function"]["name"] == "weather"
    found = [(f.rule, f.line, f.field) for f in result.report.findings if f.severity == "error"]
    assert found == [
        ("turn.role", 2, "conversations[1].from"),
        ("turn.missing_key", 3, "conversations[0].value"),
        ("chat.not_a_list", 4, "conversations"),
    ]


def test_labels_of_every_kind(tmp_path: Path) -> None:
    rows = [
        {"text": "a", "label": "x"},
        {"text": "b", "label": 3},
        {"text": "c", "labels": ["x", "y"]},
        {"text": "d", "label": True},
        {"text": "e", "label": None},
    ]
    result = checked(tmp_path, lines(*rows))
    assert [e.labels for e in result.examples] == [("x",), ("3",), ("x", "y"), ("true",)]
    assert [e.answer for e in result.examples] == ["x", "3", "x, y", "true"]
    rules = {f.rule: f.line for f in result.report.findings}
    assert (rules["label.number"], rules["text.not_text"]) == (2, 5)


def test_instruction_with_input(tmp_path: Path) -> None:
    rows = [{"instruction": "Add", "input": "1 2", "output": "3"}, {"instruction": "Hi", "input": "", "output": "Ho"}]
    result = checked(tmp_path, lines(*rows, {"instruction": "Bye", "output": "Bye"}))
    assert [e.messages[0].content for e in result.examples] == ["Add\n\n1 2", "Hi", "Bye"]


A = {"role": "assistant", "content": "good"}
B = {"role": "assistant", "content": "bad"}
Q = {"role": "user", "content": "q"}


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "q", "chosen": "good", "rejected": "bad"},
        {"prompt": [Q], "chosen": [A], "rejected": [B]},
        {"chosen": [Q, A], "rejected": [Q, B]},
        {"input": {"messages": [Q]}, "preferred_output": [A], "non_preferred_output": [B]},
    ],
)
def test_forms_of_preference(row: dict[str, Any], tmp_path: Path) -> None:
    (example,) = checked(tmp_path, lines(row)).examples
    assert example.messages == (Message("user", "q"), Message("assistant", "good"))
    assert example.rejected == (Message("assistant", "bad"),)


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ({"chosen": "a", "rejected": "b"}, "preference.no_prompt", "prompt"),
        ({"chosen": [A], "rejected": [B]}, "preference.no_prompt", "prompt"),
        ({"prompt": "q", "chosen": [A, A], "rejected": [B]}, "preference.not_one_answer", "chosen"),
        ({"prompt": "q", "chosen": [Q], "rejected": [B]}, "preference.not_one_answer", "chosen"),
        ({"prompt": "q", "chosen": "a", "rejected": None}, "text.not_text", "rejected"),
        ({"prompt": "q", "chosen": "a", "rejected": "a"}, "preference.same", "chosen"),
        ({"input": {}, "preferred_output": [A], "non_preferred_output": [B]}, "preference.no_prompt", "input.messages"),
    ],
)
def test_faults_of_preferences(row: dict[str, Any], rule: str, field: str, tmp_path: Path) -> None:
    findings = checked(tmp_path, lines(row)).report.findings
    assert (rule, 1, field) in [(f.rule, f.line, f.field) for f in findings]


def test_raw_text_asks_for_no_question(tmp_path: Path) -> None:
    result = checked(tmp_path, lines(*({"text": f"Sentence {n}."} for n in range(3))))
    assert [f.rule for f in result.report.findings if f.severity != "note"] == ["rows.too_few"]
    assert result.report.shape == "raw_text"
    assert result.examples[0].messages == (Message("assistant", "Sentence 0."),)


def test_all_that_a_row_has_is_stored(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(lines({"prompt": [Q], "chosen": [A], "rejected": [B], "tools": [TOOL]}), encoding="utf-8")
    import_file(source, tmp_path / "set", "rows.jsonl")
    (example,) = load_examples(rows_file(tmp_path / "set"))
    assert (example.rejected, json.loads(example.tools)) == ((Message("assistant", "bad"),), [TOOL])
