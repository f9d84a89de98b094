"""Foreign columns: what is suggested for them, and what a mapping makes of them in the check."""

import json
from pathlib import Path
from typing import Any

import pytest

from studio.data import FORMATS, Mapping, Message, Recipe, check_file, preview_mapping, shape_guess
from studio.data.mapping import Mapper, needs
from studio.errors import DataError
from tests.data.make import lines

TURNS = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


def rows(**columns: Any) -> list[dict[str, Any]]:
    """30 rows; a value that can be called is asked for the n-th one."""
    return [{name: value(n) if callable(value) else value for name, value in columns.items()} for n in range(30)]


def text(start: str) -> Any:
    return lambda n: f"{start} number {n} and more"


def file(folder: Path, content: list[dict[str, Any]]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text(lines(*content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "shape", "columns"),
    [
        (
            rows(question=text("q"), answer=text("a")),
            "prompt_completion",
            {"prompt": "question", "completion": "answer"},
        ),
        (
            rows(Nr=lambda n: n, Frage=text("q"), Antwort=text("a"), Datum="2024-01-01"),
            "prompt_completion",
            {"prompt": "Frage", "completion": "Antwort"},
        ),
        (
            rows(customer_message=text("m"), category=lambda n: "ab"[n % 2]),
            "text_label",
            {"text": "customer_message", "label": "category"},
        ),
        (
            rows(Kundenanfrage=text("m"), Abteilung=lambda n: "ab"[n % 2]),
            "text_label",
            {"text": "Kundenanfrage", "label": "Abteilung"},
        ),
        (rows(x=text("m"), y=lambda n: n % 3), "text_label", {"text": "x", "label": "y"}),
        (rows(x=text("m"), y=text("n and then")), "prompt_completion", {"prompt": "x", "completion": "y"}),
        (rows(notes=text("m")), "raw_text", {"text": "notes"}),
        (rows(dialogue=lambda n: TURNS), "chat", {"messages": "dialogue"}),
        (
            rows(question=text("q"), context=text("c"), answer=text("a")),
            "instruction",
            {"instruction": "question", "input": "context", "output": "answer"},
        ),
        (
            rows(system_prompt="s", user_message=text("q"), model_output=text("a")),
            "chat",
            {"system": "system_prompt", "user": "user_message", "assistant": "model_output"},
        ),
        (
            rows(query=text("q"), better=text("b"), worse=text("w")),
            "preference",
            {"prompt": "query", "chosen": "better", "rejected": "worse"},
        ),
        (rows(text=text("m"), topic=lambda n: "ab"[n % 2]), "text_label", {"text": "text", "label": "topic"}),
    ],
)
def test_a_mapping_is_suggested_and_fits(content: list, shape: str, columns: dict, tmp_path: Path) -> None:
    path = file(tmp_path, content)
    guess = shape_guess(path)
    assert guess.mapping is not None
    assert (guess.shape, guess.mapping.columns) == (shape, columns)
    assert guess.columns == list(content[0])
    assert 0 < guess.confidence < 1
    assert guess.reason.endswith(".")
    report = check_file(path, recipe=Recipe(mapping=guess.mapping)).report
    assert (report.shape, report.usable, report.errors) == (shape, 30, 0)
    shown, findings = preview_mapping(path, guess.mapping, 3)
    assert (shown, findings) == (guess.preview[:3], [])


@pytest.mark.parametrize("shape", FORMATS, ids=lambda shape: shape.NAME)
def test_a_known_shape_needs_no_mapping(shape: Any, tmp_path: Path) -> None:
    path = file(tmp_path, [json.loads(shape.EXAMPLE)] * 3)
    guess = shape_guess(path)
    assert (guess.shape, guess.confidence, guess.mapping, guess.reason) == (shape.NAME, 1.0, None, shape.REASON)


def test_nothing_to_guess_from(tmp_path: Path) -> None:
    for content, columns in (([], []), (rows(a=lambda n: n, b=lambda n: n * 2), ["a", "b"])):
        guess = shape_guess(file(tmp_path, content))
        assert (guess.shape, guess.confidence, guess.mapping, guess.preview) == (None, 0.0, None, [])
        assert guess.columns == columns
        assert guess.reason


def test_constants_numbers_and_missing_columns(tmp_path: Path) -> None:
    content = [
        {"q": "a", "n": 1},
        {"q": "b", "n": {"total": 2}},
        {"n": 3},
        {"q": "d", "n": None},
        {"q": "e", "n": True},
    ]
    mapping = Mapping("chat", {"user": "q", "assistant": "n"}, {"system": "Answer with a number."})
    result = check_file(file(tmp_path, content), recipe=Recipe(mapping=mapping))
    assert [e.answer for e in result.examples] == ["1", '{"total": 2}', "true"]
    assert result.examples[0].messages[0] == Message("system", "Answer with a number.")
    errors = [(f.rule, f.line, f.field) for f in result.report.findings if f.severity == "error"]
    assert errors == [("row.missing_key", 3, "q"), ("text.not_text", 4, "messages[2].content")]


def test_what_a_mapping_lacks(tmp_path: Path) -> None:
    assert [field.name for field in needs(Mapping("prompt_completion", {"prompt": "q", "completion": ""}))] == [
        "completion"
    ]
    assert needs(Mapping("chat", {"messages": "dialogue"})) == ()
    assert needs(Mapping("instruction", {"output": "a"}, {"instruction": "Translate."})) == ()
    with pytest.raises(DataError, match="What is to be answered"):
        Mapper(Mapping("prompt_completion", {"prompt": "q"}))
    for wrong in (Mapping("poem", {}), Mapping("chat", {"verse": "q"})):
        with pytest.raises(DataError):
            needs(wrong)


def test_a_table_with_strange_columns(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    text = "Ticket;Nachricht des Kunden;Zuständig\n" + "".join(f"{n};Hilfe, Nr. {n};Team {n % 3}\n" for n in range(60))
    path.write_bytes(text.encode("cp1252"))
    guess = shape_guess(path)
    assert guess.mapping == Mapping("text_label", {"text": "Nachricht des Kunden", "label": "Zuständig"})
    result = check_file(path, recipe=Recipe(mapping=guess.mapping))
    assert (result.report.usable, result.examples[4].labels) == (60, ("Team 1",))
    assert [f.rule for f in result.report.findings if f.severity != "note"] == ["file.encoding_guessed"]
