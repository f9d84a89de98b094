"""From JSON values to examples: shapes, keys, roles, turns, weights, texts, repeats, and counts on real files."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from studio.data import check_file, statistics
from tests.data.make import brief, chat, checked, findings, lines

USER, ANSWER = ("user", "a"), ("assistant", "b")


def turns(*given: dict[str, Any], **row: Any) -> dict[str, Any]:
    return {"messages": list(given), **row}


U, A = {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ({"messages": "hello"}, "chat.not_a_list", "messages"),
        ({"messages": []}, "chat.no_turns", "messages"),
        (turns("hello", A), "turn.not_object", "messages[0]"),
        (turns({"content": "a"}, A), "turn.missing_key", "messages[0].role"),
        (turns(U, {"role": "assistant"}), "turn.missing_key", "messages[1].content"),
        (turns({"from": "human", "value": "a"}, A), "turn.missing_key", "messages[0].role"),
        (turns({"role": "human", "content": "a"}, A), "turn.role", "messages[0].role"),
        (turns({"role": 3, "content": "a"}, A), "text.not_text", "messages[0].role"),
        (turns({"role": ["user"], "content": "a"}, A), "text.not_text", "messages[0].role"),
        (turns(U, {"role": "assistant", "content": None}), "text.not_text", "messages[1].content"),
        (turns(U, {"role": "assistant", "content": [{"type": "text"}]}), "text.not_text", "messages[1].content"),
        (turns(U, {**A, "weight": 2}), "turn.weight", "messages[1].weight"),
        (turns(U, {**A, "weight": True}), "turn.weight", "messages[1].weight"),
        (turns(U, {**A, "weight": "1"}), "turn.weight", "messages[1].weight"),
        (turns(U, {**A, "weight": {}}), "turn.weight", "messages[1].weight"),
        (turns(U, {**A, "weight": 0}), "chat.all_weights_zero", "messages"),
        (turns(U, {**A, "content": None, "tool_calls": [{}]}), "turn.calls", "messages[1].tool_calls"),
        (turns(U, A, tools=[{}]), "chat.tools", "tools"),
        (turns(U), "chat.no_assistant", "messages"),
        (turns(U, {**A, "content": " \n"}), "answer.empty", "messages[1].content"),
    ],
)
def test_rows_that_cannot_be_used(row: dict[str, Any], rule: str, field: str, tmp_path: Path) -> None:
    result = checked(tmp_path, lines(chat(USER, ANSWER), row))
    finding = next(f for f in result.report.findings if f.line == 2)
    assert (finding.rule, finding.field) == (rule, field)
    assert result.report.usable == 1


@pytest.mark.parametrize(
    ("row", "rule", "kept"),
    [
        (chat(USER, ANSWER, ("user", "more"), ("user", "yet more")), "chat.ends_without_answer", 2),
        (chat(USER, ("user", "again"), ANSWER), "chat.two_in_a_row", 3),
        (chat(USER, ANSWER, ("assistant", "more")), "chat.two_in_a_row", 3),
        (chat(USER, ("system", "s"), ANSWER), "chat.system_late", 3),
        (chat(("user", " "), ANSWER), "prompt.empty", 2),
        (chat(ANSWER), "chat.no_question", 1),
        (turns(U, {**A, "mood": "calm"}), "turn.unused_key", 2),
        (turns(U, A, source="web"), "row.unused_key", 2),
    ],
)
def test_rows_used_with_a_warning(row: dict[str, Any], rule: str, kept: int, tmp_path: Path) -> None:
    result = checked(tmp_path, lines(row))
    assert [(f.rule, f.severity) for f in result.report.findings if f.line == 1] == [(rule, "warning")]
    assert len(result.examples[0].messages) == kept
    assert result.examples[0].messages[-1].role == "assistant"


@pytest.mark.parametrize(
    ("role", "meant"), [("human", "user"), ("gpt", "assistant"), ("bot", "assistant"), ("User", "user")]
)
def test_unknown_role_suggests_the_known_one(role: str, meant: str, tmp_path: Path) -> None:
    finding = next(f for f in findings(tmp_path, lines(chat((role, "a"), ANSWER))) if f.rule == "turn.role")
    assert f'"{meant}"' in finding.remedy


def test_weights_name_and_untrained_empty_answers(tmp_path: Path) -> None:
    row = turns({**U, "name": "bob", "weight": 1}, {**A, "weight": 0, "content": ""}, U, {**A, "weight": 1.0})
    result = checked(tmp_path, lines(row))
    assert [f.rule for f in result.report.findings] == ["rows.too_few", "openai.rows"]
    assert [m.weight for m in result.examples[0].messages] == [None, 0, None, 1]


@pytest.mark.parametrize(
    ("row", "remedy"),
    [
        (
            {"utterance": "a", "intent": "b"},
            'Rename "utterance" to "prompt" and "intent" to "completion" in every row.',
        ),
        ({"city": "a", "river": "b"}, "Choose a shape and say which column fills which part of it."),
        ({"question": "a", "answer": "b"}, 'Rename "question" to "prompt" and "answer" to "completion" in every row.'),
        ({"promt": "a", "completion": "b"}, 'Rename "promt" to "prompt" in every row.'),
        ({"message": []}, 'Rename "message" to "messages" in every row.'),
        ({"dialogue": []}, 'Rename "dialogue" to "messages" in every row.'),
    ],
)
def test_unknown_shape_is_one_finding_with_the_way_out(row: dict[str, Any], remedy: str, tmp_path: Path) -> None:
    report = checked(tmp_path, lines(*[row] * 500)).report
    assert [(f.rule, f.line, f.remedy) for f in report.findings] == [("shape.unknown", 1, remedy)]
    assert (report.shape, report.rows, report.usable) == (None, 500, 0)


def test_mixed_shapes_and_missing_keys(tmp_path: Path) -> None:
    pair = {"prompt": "a", "completion": "b"}
    content = lines(chat(USER, ANSWER), chat(USER, ("assistant", "c")), pair, {"message": []}, {}, 42, ["a"], None)
    assert brief(tmp_path, content) == [
        ("rows.conflict", 2),
        ("shape.mixed", 3),
        ("row.missing_key", 4),
        ("row.missing_key", 5),
        ("row.not_object", 6),
        ("row.not_object", 7),
        ("row.not_object", 8),
    ]


def test_repeats_name_the_first_line(tmp_path: Path) -> None:
    rows = [{"prompt": p, "completion": c} for p, c in (("a", "1"), ("b", "2"), ("a", "1"), ("a", "3"), ("a", "3"))]
    found = findings(tmp_path, lines(*rows))
    assert [(f.rule, f.line) for f in found] == [("rows.duplicate", 3), ("rows.conflict", 4), ("rows.duplicate", 5)]
    assert ["line 1" in f.message for f in found] == [True, True, False]
    assert "line 4" in found[2].message


@pytest.mark.parametrize(("count", "rule"), [(3, ["rows.too_few"]), (4, ["rows.few"]), (39, ["rows.few"]), (40, [])])
def test_few_rows_are_a_warning(count: int, rule: list[str], tmp_path: Path) -> None:
    rows = [{"prompt": f"p{n}", "completion": f"c{n}"} for n in range(count)]
    report = checked(tmp_path, lines(*rows)).report
    assert [f.rule for f in report.findings if f.severity == "warning"] == rule
    assert report.errors == 0


def test_naughty_strings_pass_unchanged(shared_data: Path, tmp_path: Path) -> None:
    strings = json.loads((shared_data / "bad_inputs" / "naughty_strings" / "blns.json").read_text(encoding="utf-8"))
    for ascii_only in (True, False):
        rows = [{"prompt": text, "completion": f"x{text}"} for text in strings]
        result = checked(tmp_path, "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows))
        assert [(e.messages[0].content, e.answer) for e in result.examples] == [(s, f"x{s}") for s in strings]
    for text in strings:
        report = checked(tmp_path, lines({text: text}, {"messages": [{"role": text, "content": text}]}), text).report
        for finding in report.findings:
            assert all(part.isprintable() for part in (finding.message, finding.remedy, finding.excerpt))


@pytest.mark.parametrize("name", ["medquad_chat_short", "dolly_2k_chat", "sgd_service_chat"])
def test_counts_of_chats_agree_with_plain_json(name: str, shared_data: Path) -> None:
    path = shared_data / "tasks" / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]
    empty = [n for n, row in enumerate(rows, 1) if any(not m["content"].strip() for m in row["messages"])]
    good = [row for n, row in enumerate(rows, 1) if n not in empty]
    seen = Counter(json.dumps(row) for row in good)
    result = check_file(path)
    assert (result.report.rows, result.report.usable) == (len(rows), len(good))
    assert [f.line for f in result.report.findings if f.severity == "error"] == empty
    duplicates = [f for f in result.report.findings if f.rule == "rows.duplicate"]
    assert len(duplicates) == sum(count - 1 for count in seen.values())
    assert [[m.as_dict() for m in e.messages] for e in result.examples] == [row["messages"] for row in good]


@pytest.mark.parametrize("name", ["gsm8k_test", "translate_en_es_2k", "snips_text2json_val", "pubmedqa"])
def test_counts_of_pairs_agree_with_pandas(name: str, shared_data: Path) -> None:
    path = shared_data / "tasks" / f"{name}.jsonl"
    frame = pd.read_json(path, lines=True, dtype=False)
    result = check_file(path)
    assert result.report.usable == len(frame)
    by_rule = Counter(f.rule for f in result.report.findings)
    repeated = frame.duplicated(["prompt", "completion"])
    assert by_rule["rows.duplicate"] == repeated.sum()
    assert by_rule["rows.conflict"] == (frame.duplicated("prompt") & ~repeated).sum()
    numbers = statistics(result.examples)
    assert numbers.rows == len(frame)
    assert numbers.prompt_longest == frame["prompt"].str.len().max()
    assert abs(numbers.answer_median - frame["completion"].str.len().median()) <= 0.5
    assert numbers.json_share == (1.0 if name.startswith("snips") else 0.0)


def test_labelled_texts(shared_data: Path) -> None:
    result = check_file(shared_data / "tasks" / "banking77_train.jsonl")
    frame = pd.read_json(shared_data / "tasks" / "banking77_train.jsonl", lines=True)
    assert (result.report.shape, result.report.rows, result.report.errors) == ("text_label", len(frame), 0)
    assert Counter(e.labels for e in result.examples) == Counter((label,) for label in frame["label"])
