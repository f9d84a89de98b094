"""Checks that look at all rows: labels, the form of answers, system prompts, languages, what stands inside of texts."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from studio.data import check_file
from studio.data.batch import batches
from studio.data.checks import openai
from studio.data.checks.length import Context
from studio.data.checks.repeats import Repeats
from studio.data.cutting import cut_rows
from studio.data.languages import language_of
from studio.data.log import Log
from studio.data.marks import restored
from tests.conftest import REPOSITORY
from tests.data.make import brief, chat, checked, example, findings, lines

KNOWN = ("rows.duplicate", "rows.conflict", "text.blanks_around", "labels.unbalanced", "labels.rare")


def pairs(*rows: tuple[str, str]) -> str:
    return lines(*({"prompt": prompt, "completion": answer} for prompt, answer in rows))


def rules(folder: Path, content: str) -> dict[str, Any]:
    return {f.rule: f for f in findings(folder, content)}


@pytest.mark.parametrize("path", sorted((REPOSITORY / "assets" / "samples").glob("*.jsonl")), ids=lambda p: p.name)
def test_the_samples_have_no_warning(path: Path) -> None:
    report = check_file(path).report
    if report.shape is None or path.stem == "messy":
        pytest.skip("not a clean sample of a shape that is read")
    assert [f for f in report.findings if f.severity != "note"] == []


def test_labels_are_counted_by_spelling(tmp_path: Path) -> None:
    labels = ["Billing"] * 12 + ["billing "] * 2 + ["other"] * 14 + ["not_found"] * 6 + ["not found"] + ["-1", "1"] * 4
    found = findings(tmp_path, pairs(*((f"text {n}", label) for n, label in enumerate(labels))))
    spelling = [(f.line, f.count, f.excerpt) for f in found if f.rule == "labels.spelling"]
    assert spelling == [(13, 2, "billing "), (35, 1, "not found")]
    assert not [f for f in found if f.rule in ("labels.rare", "labels.unbalanced")]


def test_rare_labels_and_balance(tmp_path: Path) -> None:
    rows = [("ham" if n % 50 else "spam") for n in range(100)] + ["odd"]
    found = rules(tmp_path, pairs(*((f"text {n}", label) for n, label in enumerate(rows))))
    assert '"spam" and "odd"' in found["labels.rare"].message
    assert '97% of the rows have the label "ham"' in found["labels.unbalanced"].message
    answers = pairs(*((f"text {n}", f"This is answer {n}.") for n in range(100)))
    assert not [name for name in rules(tmp_path, answers) if name.startswith("labels.")]


def test_odd_ones_among_json_answers(tmp_path: Path) -> None:
    answers = [json.dumps({"intent": "a", "city": n}) for n in range(20)]
    answers[4], answers[9], answers[15] = "intent a", '{"intent": "b"}', '{"intent": "b", "city":'
    found = findings(tmp_path, pairs(*((f"text {n}", answer) for n, answer in enumerate(answers))))
    assert [(f.rule, f.line) for f in found] == [
        ("answers.not_json", 5),
        ("answers.json_keys", 10),
        ("answers.not_json", 16),
    ]
    assert "90% of the answers" in found[0].message
    assert '"city" and "intent"' in found[1].message


def test_json_in_a_few_answers_is_no_fault(tmp_path: Path) -> None:
    answers = ['{"a": 1}'] * 5 + [f"plain {n}" for n in range(15)]
    assert not [n for n in rules(tmp_path, pairs(*((f"t{n}", a) for n, a in enumerate(answers)))) if "json" in n]


def test_system_prompts_in_some_rows(tmp_path: Path) -> None:
    rows = [chat(("system", "s"), ("user", f"q{n}"), ("assistant", f"a{n}")) for n in range(7)]
    bare = [chat(("user", f"b{n}"), ("assistant", f"c{n}")) for n in range(3)]
    assert brief(tmp_path, lines(*rows, *bare)) == [("system.missing", line) for line in (8, 9, 10)]
    assert brief(tmp_path, lines(*rows[:3], *bare)) == [("system.some", None)]
    assert brief(tmp_path, lines(*rows)) == brief(tmp_path, lines(*bare)) == []


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("hello<|im_end|>", "<|im_end|>"),
        ("[INST] hi [/INST]", "[INST]"),
        ("done</s>", "</s>"),
        ("<start_of_turn>user", "<start_of_turn>"),
        ("<<SYS>>be kind<</SYS>>", "<<SYS>>"),
        ("a < b | c > d [1] <b>bold</b> <masked> [x]", None),
    ],
)
def test_marks_of_templates(text: str, mark: str | None, tmp_path: Path) -> None:
    found = rules(tmp_path, pairs((text, "ok")))
    assert ("text.special_token" in found) == (mark is not None)
    if mark:
        assert mark in found["text.special_token"].message
        assert found["text.special_token"].field == "prompt"


def test_what_cannot_be_seen(tmp_path: Path) -> None:
    rows = pairs(("a\u200bb", "c"), ("family \U0001f468\u200d\U0001f469", "می\u200cخواهم"), ("x", "y\x00z"))
    found = [(f.line, f.message) for f in findings(tmp_path, rows) if f.rule == "text.invisible"]
    assert [line for line, _ in found] == [1, 3]
    assert "U+200B" in found[0][1]
    assert "U+0000" in found[1][1]


@pytest.mark.parametrize("text", ["café", "“naïve” – señor…", "Привет", "naïveté 5 €", "emoji \U0001f600"])
def test_damaged_letters_are_seen_and_restored(text: str, tmp_path: Path) -> None:
    raw = text.encode()
    damaged = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in raw)
    assert restored(text) is text
    if text[0] not in "Пe":
        assert "text.damaged_letters" in rules(tmp_path, pairs(("x", damaged)))
        assert restored(damaged) == text
    assert "text.damaged_letters" not in rules(tmp_path, pairs(("x", text), ("SÃO", "À la carte, PÂTÉ")))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thank you for your message; the parcel will be with you in the next few days.", "English"),
        ("Vielen Dank für Ihre Nachricht; das Paket wird in den nächsten Tagen bei Ihnen sein.", "German"),
        ("Merci pour votre message; le colis sera chez vous dans les prochains jours.", "French"),
        ("Gracias por su mensaje; el paquete estará con usted en los próximos días.", "Spanish"),
        ("Bedankt voor uw bericht; het pakket is in de komende dagen bij u.", "Dutch"),
        ("Спасибо за ваше сообщение", "Russian"),
        ("ご連絡ありがとうございます", "Japanese"),
        ("感谢您的来信", "Chinese"),
        ("SELECT name FROM orders WHERE id = 5", None),
        ("Paris", None),
        ("12 + 7 = 19", None),
        ("", None),
    ],
)
def test_language_of_a_text(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("name", ["medquad_chat_short", "pubmedqa", "banking77_test"])
def test_english_is_english(name: str, shared_data: Path) -> None:
    rows = [json.loads(line) for line in (shared_data / "tasks" / f"{name}.jsonl").read_bytes().splitlines()[:500]]
    texts = [row.get("text") or row.get("prompt") or row["messages"][-1]["content"] for row in rows]
    assert {language_of(text) for text in texts if len(text) > 80} <= {"English", None}


def test_labels_of_real_files_against_pandas(shared_data: Path) -> None:
    for name in ("sms_spam", "banking77_train"):
        frame = pd.read_json(shared_data / "tasks" / f"{name}.jsonl", lines=True, dtype=False)
        report = check_file(shared_data / "tasks" / f"{name}.jsonl").report
        count = Counter({rule: sum(f.count for f in report.findings if f.rule == rule) for rule in KNOWN})
        repeated = frame.duplicated(["text", "label"])
        assert count["rows.duplicate"] == repeated.sum()
        assert count["rows.conflict"] == (frame.duplicated("text") & ~repeated).sum()
        assert count["text.blanks_around"] == (frame["text"] != frame["text"].str.strip()).sum()
        assert count["labels.unbalanced"] == (frame["label"].value_counts(normalize=True).max() >= 0.8)
        assert count["labels.rare"] == (frame["label"].value_counts().min() < 3)


def test_phone_numbers_and_damaged_letters_by_a_plain_search(shared_data: Path) -> None:
    """A plain pattern over the lines of the file finds no more than the check does."""
    for name, pattern, rule in (
        ("sgd_service_chat", r"(?<!\d)\d{3}-\d{3}-\d{4}(?!\d)", "private.phone"),
        ("movie_sentence_polarity", "Ã[©¡³­±¨]", "text.damaged_letters"),
    ):
        path = shared_data / "tasks" / f"{name}.jsonl"
        rows = path.read_text(encoding="utf-8").split("\n")
        plain = {number for number, row in enumerate(rows, 1) if re.search(pattern, row)}
        found = {f.line for f in check_file(path).report.findings if f.rule == rule}
        assert plain
        assert plain <= found
        assert len(found) < 2 * len(plain)


def test_rows_longer_than_a_model_reads() -> None:
    rows = [example("w " * 5, "w " * 3, 1), example("w " * 9, "w " * 3, 2), example("w", "w " * 14, 3)]
    context = Context(10, lambda texts: [len(text.split()) for text in texts])
    found = [(f.rule, f.line, f.message, f.field) for f in cut_rows(iter(rows), "prompt_completion", context)]
    assert [(*f[:2], f[3]) for f in found] == [("prompt.cut", 2, "prompt"), ("answer.cut", 3, "completion")]
    assert "12 tokens" in found[0][2]
    assert "2 are cut off" in found[0][2]
    assert "4 are cut off" in found[1][2]


def test_near_duplicates_are_bounded_and_it_says_so() -> None:
    rows = [example("Where is my order", "On its way", n) for n in (1, 2)]
    rows += [example("where is my ORDER?", "On its way.", n) for n in (3, 4)]
    log, check = Log(), Repeats(most_near=3)
    for batch in batches(rows, str):
        check.see(batch, log)
    check.end(log)
    assert [(f.rule, f.line) for f in log.findings()] == [
        ("rows.not_compared", None),
        ("rows.duplicate", 2),
        ("rows.near_duplicate", 3),
        ("rows.duplicate", 4),
    ]


def test_size_for_hosted_tuning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(openai, "MOST_BYTES", 1000)
    content = pairs(*((f"text {n}", "x" * 100) for n in range(12)))
    assert "openai.size" in [f.rule for f in checked(tmp_path, content).report.findings]


CALL = {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"city": "Bonn"}'}}
ASK = {"role": "user", "content": "Where?"}
SAY = {"role": "assistant", "content": "There."}


def calls(*given: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(given)}


def answered(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "5"}


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ([ASK, calls(CALL), answered("1"), SAY], []),
        ([ASK, calls(CALL, {**CALL, "id": "2"}), answered("2"), answered("1"), SAY], []),
        ([ASK, calls(CALL)], []),
        ([ASK, calls(CALL), answered("3"), SAY], ["tools.unknown_call", "tools.not_answered"]),
        ([ASK, answered("1"), SAY], ["tools.unknown_call"]),
        ([ASK, calls(CALL), SAY], ["tools.not_answered"]),
        ([ASK, calls({**CALL, "function": {"name": "other"}}), answered("1"), SAY], ["tools.unknown_function"]),
        ([ASK, calls({**CALL, "function": {"name": "find", "arguments": "[1]"}})], ["tools.arguments"]),
    ],
)
def test_calls_of_tools_and_their_answers(turns: list[dict[str, Any]], found: list[str], tmp_path: Path) -> None:
    row = {"messages": turns, "tools": [{"type": "function", "function": {"name": "find"}}]}
    rules = [f.rule for f in findings(tmp_path, lines(row)) if f.rule != "chat.two_in_a_row"]
    assert rules == found
