"""Repairs: each changes its example, twice is once, and it mends the findings that it names; recipes at work."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example as hypothesis_example
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import Checked, Context, Edit, Example, Message, Recipe, check_file, import_file, make_version
from studio.data.mending import preview_repair, repairs_for, safe_repairs
from studio.data.repairs import FAMILIES, REPAIRS, Repair, repair_of
from studio.data.repairs.mender import Mender
from studio.errors import DataError
from tests.data.make import chat, example, lines

BY_ID = {repair.id: repair for repair in REPAIRS}


SHORT = Context(30, lambda texts: [len(text.split()) for text in texts])


def mended(
    folder: Path,
    content: bytes | str,
    *repairs: str,
    edits: tuple[Edit, ...] = (),
    context: Context | None = None,
) -> Checked:
    path = folder / "rows.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check_file(path, recipe=Recipe(repairs=repairs, edits=edits), context=context)


def pairs(*rows: tuple[str, str]) -> str:
    return lines(*({"prompt": prompt, "completion": answer} for prompt, answer in rows))


def told(result: Checked, rule: str) -> list[Any]:
    return [f for f in result.report.findings if f.rule == rule]


def test_register() -> None:
    assert len(BY_ID) == len(REPAIRS)
    assert all(family.__doc__ for family in FAMILIES)
    with pytest.raises(DataError, match="no repair"):
        repair_of("rows.none")


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.id)
def test_example_is_mended_and_says_so(repair: Repair, tmp_path: Path) -> None:
    before = mended(tmp_path, repair.example, context=SHORT)
    after = mended(tmp_path, repair.example, repair.id, context=SHORT)
    for rule in repair.rules:
        assert not told(after, rule), rule
    assert any(told(before, rule) for rule in repair.rules) or not repair.rules
    (note,) = told(after, "recipe.mended")
    assert repair.title in note.message
    assert after.report.errors <= before.report.errors
    assert after.report.rows == before.report.rows


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from(list(" \t\n\u200b<>|/[]_@.-+()0123456789ab")),
    ),
    max_size=40,
)
MARKED = st.lists(
    st.sampled_from(["<|im", "_end|>", "<|im_end|>", "</", "s>", "[INST]", " a", "a@example.com", "\u200b", "555-"])
).map("".join)
ANSWERS = st.one_of(
    TEXTS,
    MARKED,
    st.sampled_from(["yes", "Yes", "yes ", "no"]),
    st.dictionaries(st.sampled_from("abc"), st.one_of(st.integers(), TEXTS, st.lists(st.integers()))).map(json.dumps),
)
ROWS = st.lists(st.tuples(st.one_of(st.sampled_from(["p", "q", "P?"]), TEXTS, MARKED), ANSWERS), max_size=30)


@pytest.mark.parametrize("repair", [r for r in REPAIRS if r.level in ("example", "file")], ids=lambda repair: repair.id)
@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_twice_is_once(repair: Repair, rows: list[tuple[str, str]]) -> None:
    once = at_work(repair, [example(prompt, answer, n) for n, (prompt, answer) in enumerate(rows, 1)])
    again = at_work(repair, once)
    assert again == once
    assert [e.line for e in once] == sorted(e.line for e in once)


def at_work(repair: Repair, examples: list[Example]) -> list[Example]:
    surveys = {}
    if repair.level == "file":
        surveys[repair.id] = repair.mend()
        for number, row in enumerate(examples):
            surveys[repair.id].see(row, number)
    mender = Mender([repair], surveys, context=SHORT)
    return [done for number, row in enumerate(examples) if (done := mender.example(row, number)) is not None]


@given(st.text(st.sampled_from(list("{}[]'\"\\:, \t\nabnu1NaT\u201c\ud800\udcff")), max_size=40))
@settings(deadline=None)
@hypothesis_example(text=",,}")
def test_lines_are_mended_once(text: str) -> None:
    for repair in REPAIRS:
        if repair.level == "line":
            once = repair.mend(text)
            assert repair.mend(once) == once or repair.id == "json.escapes"


@pytest.mark.parametrize(
    ("line", "repairs", "row"),
    [
        ("{'prompt': 'it''s', 'completion': \"b\"}", "json.python_rows", ("its", "b")),
        ("{'prompt': \"don't\", 'completion': 'say \"x\"', 'n': None,}", "json.python_rows", ("don't", 'say "x"')),
        ('{"prompt": "a,}", "completion": "b, ]",},', "json.trailing_commas", ("a,}", "b, ]")),
        ('{"prompt": "NaN", "completion": "b", "s": NaN}', "json.not_numbers", ("NaN", "b")),
        ('{"prompt": "None", "completion": "b", "s": None}', "json.words", ("None", "b")),
        ('{"prompt": "C:\\data\\new", "completion": "b\tc"}', "json.escapes", ("C:\\data\new", "b\tc")),
        (
            '{"prompt": "a \\ud83d", "completion": "\\\\ud800 \\ud83d\\ude00"}',
            "json.half_characters",
            ("a \ufffd", "\\ud800 😀"),
        ),
        ("{“prompt”: “a”, “completion”: “b”}", "json.curly_quotes_straight", ("a", "b")),
    ],
)
def test_lines_that_become_readable(line: str, repairs: str, row: tuple[str, str], tmp_path: Path) -> None:
    result = mended(tmp_path, pairs(("x", "y")) + line + "\n", *repairs.split())
    assert [(e.messages[0].content, e.answer) for e in result.examples[1:]] == [row]
    assert result.report.errors == 0


@pytest.mark.parametrize("line", ["{'prompt': __import__('os')}", "{" * 300, "{'a': 1e999}", "{'prompt': {1, 2}}"])
def test_lines_that_stay_broken_are_left_out_at_most(line: str, tmp_path: Path) -> None:
    every = [repair.id for repair in REPAIRS if repair.level == "line"]
    assert mended(tmp_path, pairs(("x", "y")) + line, *every).report.usable == 1
    left = mended(tmp_path, pairs(("x", "y")) + line, *every, "rows.unusable").report
    assert (left.rows, left.usable, left.errors) == (2, 1, 0)


def test_rows_of_turns(tmp_path: Path) -> None:
    row = {
        "messages": [{"role": "Human", "content": 5, "mood": "x"}, {"role": "bot", "content": {"a": 1}}],
        "source": "web",
    }
    content = lines(chat(("user", "x"), ("assistant", "y")), row)
    assert mended(tmp_path, content).report.usable == 1
    result = mended(tmp_path, content, "turn.roles_renamed", "text.from_values", "row.unused_removed")
    assert result.examples[1].messages == (Message("user", "5"), Message("assistant", '{"a": 1}'))
    assert not [f for f in result.report.findings if f.line]


def test_rows_that_are_too_long_need_a_model(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs a model"):
        mended(tmp_path, pairs(("a", "b")), "rows.too_long_removed")


def test_json_answers_keep_their_letters(tmp_path: Path) -> None:
    answers = ['{"b": 1.50, "a": "x: {y}, \\"z\\""}', '{"a":[1,{"c":2}],"b":1e5}', '{"b": 0, "a": {}}', "plain"]
    result = mended(tmp_path, pairs(*((f"p{n}", a) for n, a in enumerate(answers))), "answers.json_alike")
    assert [e.answer for e in result.examples] == [
        answers[0],
        '{"b": 1e5, "a": [1, {"c": 2}]}',
        answers[2],
        "plain",
    ]


def test_copies_and_conflicts(tmp_path: Path) -> None:
    rows = [("a", "b"), ("a", "c"), ("a", "b"), ("d", "e"), ("d", "f"), ("g", "h"), ("G?", "h!")]
    kept = {
        name: [e.line for e in mended(tmp_path, pairs(*rows), f"rows.{name}").examples]
        for name in ("duplicates_removed", "near_duplicates_removed", "usual_answer_kept", "conflicts_removed")
    }
    assert kept == {
        "duplicates_removed": [1, 2, 4, 5, 6, 7],
        "near_duplicates_removed": [1, 2, 4, 5, 6],
        "usual_answer_kept": [1, 3, 4, 6, 7],
        "conflicts_removed": [6, 7],
    }


def test_later_repairs_see_what_earlier_ones_left(tmp_path: Path) -> None:
    content = pairs(("a", "b"), ("a ", "b"), ("a", "b "), ("c", "d"))
    assert len(mended(tmp_path, content, "rows.duplicates_removed").examples) == 4
    result = mended(tmp_path, content, "text.stripped", "rows.duplicates_removed")
    assert [e.line for e in result.examples] == [1, 4]
    assert [f.count for f in told(result, "recipe.mended")] == [2, 2]


def test_unusable_rows_do_not_confuse_what_compares_rows(tmp_path: Path) -> None:
    two = {"messages": [{"role": "system", "content": "s"}] * 2 + chat(("user", "x"), ("assistant", "y"))["messages"]}
    rows = [chat(("user", f"p{n}"), ("assistant", "same" if n in (2, 4) else f"a{n}")) for n in range(6)]
    content = lines(rows[0], two, rows[1], two) + "{broken\n" + lines(rows[2], rows[1], rows[3])
    result = mended(tmp_path, content, "rows.duplicates_removed")
    assert [e.line for e in result.examples] == [1, 3, 6, 8]


def test_rows_edited_by_hand_are_taken_as_they_stand(tmp_path: Path) -> None:
    edits = (
        Edit("delete", 1),
        Edit("replace", 2, {"prompt": " kept ", "completion": "b"}),
        Edit("replace", 3, {"prompt": "mended", "completion": "c"}),
        Edit("add", 0, {"prompt": "new", "completion": "d "}),
        Edit("add", 0, {"prompt": "bad", "completion": 5}),
    )
    content = pairs(("x", "y"), ("x", "y")) + "{broken\n" + pairs(("z", " z"))
    result = mended(tmp_path, content, "text.stripped", "rows.duplicates_removed", edits=edits)
    texts = [(e.line, e.messages[0].content, e.answer) for e in result.examples]
    assert texts == [(2, " kept ", "b"), (3, "mended", "c"), (4, "z", "z"), (0, "new", "d ")]
    assert (result.report.rows, result.report.errors) == (5, 1)
    assert [(f.rule, f.line) for f in result.report.findings if f.severity == "error"] == [("text.not_text", 0)]


def test_safe_repairs_of_a_report_and_a_preview(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    good = pairs(*((f"p{n}", f"a{n}") for n in range(6)))
    source.write_text(good + "{'prompt': 'x', 'completion': ' y '}\n" + pairs(("p1", "a1"), ("p2", "no")), "utf-8")
    report = import_file(source, tmp_path / "set", "rows.jsonl")
    offered = {repair.id: count for repair, count in repairs_for(report)}
    assert offered == {
        "json.python_rows": 1,
        "rows.duplicates_removed": 1,
        "rows.usual_answer_kept": 1,
        "rows.conflicts_removed": 1,
        "rows.unusable": 1,
    }
    safe = safe_repairs(report)
    assert "rows.conflicts_removed" not in safe
    assert {"json.python_rows", "text.stripped", "rows.duplicates_removed", "rows.unusable"} <= set(safe)
    clean = make_version(tmp_path / "set", 2, Recipe(repairs=safe))
    assert (clean.rows, clean.usable, clean.errors) == (9, 8, 0)
    assert preview_repair(tmp_path / "set", None, "json.python_rows") == (
        1,
        0,
        [(7, "{'prompt': 'x', 'completion': ' y '}", '{"prompt": "x", "completion": " y "}')],
    )
    assert preview_repair(tmp_path / "set", None, "rows.duplicates_removed")[:2] == (0, 1)
    assert preview_repair(tmp_path / "set", 2, "rows.conflicts_removed", count=1) == (
        0,
        2,
        [(3, "user: p2\nassistant: a2", "")],
    )
