"""The fast lane gives the very findings and rows that the long way gives, whatever is in the file."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.data import Checked, Edit, Recipe, check_file, stream
from studio.data.check import Check
from studio.data.lane import LANES, rows_on
from studio.data.log import Log
from studio.data.readers.opening import Opened
from studio.data.sources import sources_of
from studio.data.values import Example
from tests.data.make import lines
from tests.tiny import chat_rows

TEXTS = st.one_of(
    st.sampled_from(["", " ", "\n", "a\\", 'a"', "\\", '\\"', "messages", "role", "\U0001f600", "é", "\u2028", "\x00"]),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
)
ROLES = st.sampled_from(["user", "assistant", "system", "user", "assistant", "tool", "User", "human", "developer"])
ODD = st.sampled_from([None, 0, 1, 1.0, 2, True, "1", "x", [], {}, ["t"]])
TURNS = st.one_of(
    st.builds(lambda role, content: {"role": role, "content": content}, ROLES, TEXTS),
    st.builds(lambda role, content, weight: {"role": role, "content": content, "weight": weight}, ROLES, TEXTS, ODD),
    st.builds(lambda content, name: {"role": "user", "content": content, "name": name}, TEXTS, ODD),
    st.builds(
        lambda key, odd: {"role": "assistant", "content": "b", key: odd}, st.sampled_from(["tool_calls", "x"]), ODD
    ),
    st.builds(lambda content: {"role": "assistant", "content": content}, ODD),
)
USUAL = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3).map(
    lambda rounds: [
        {"role": role, "content": text or "x"}
        for both in rounds
        for role, text in zip(("user", "assistant"), both, strict=True)
    ]
)
CHATS = st.one_of(USUAL, st.lists(TURNS, max_size=4)).map(lambda turns: {"messages": turns})
PAIRS = st.fixed_dictionaries({"prompt": TEXTS, "completion": TEXTS}, optional={"extra": ODD})
LABELLED = st.fixed_dictionaries({"text": TEXTS, "label": st.one_of(TEXTS, ODD)})
ROWS = {"chat": CHATS, "prompt_completion": PAIRS, "text_label": LABELLED}
RAW = st.sampled_from(
    [
        b"",
        b"  ",
        b"\x0b",
        b"{}{}",
        b'{"messages": [{"role": "user", "role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}',
        b'{"prompt": "a", "prompt": "b", "completion": "c"}',
        b'{"prompt": "a", "\\u0070rompt": "b", "completion": "c"}',
        b'{"prompt": "a\\\\", "prompt": "\\\\", "completion": "c"}',
        b'{"text": "a", "label": "b", "label": "b"}',
        b'{"prompt": "\\ud800", "completion": "c"}',
        b'{"prompt": "\\ud83d\\ude00", "completion": "c"}',
        b'{"prompt": "caf\xe9", "completion": "c"}',
        b'{"prompt": "\xed\xa0\x80", "completion": "c"}',
        b'{"prompt": "a\tb", "completion": "c"}',
        b'{"prompt": "a", "completion": NaN}',
        b'{"prompt": "a", "completion": "b",}',
        b'{"prompt": "a", "completion": "b"} ',
        b' {"prompt" : "a" , "completion":"b"}\r',
        b'{"prompt": "a", "completion": "b"} {"prompt": "c", "completion": "d"}',
        b"// note",
        b"[1]",
        b"null",
    ]
)


def found(path: Path, monkeypatch: pytest.MonkeyPatch, with_lane: bool, recipe: Recipe) -> Checked:
    with monkeypatch.context() as patch:
        if not with_lane:
            patch.setattr(stream, "LANES", {})
        return check_file(path, "rows.jsonl", recipe=recipe)


def as_line(row: Any, ascii_only: bool, tight: bool) -> bytes:
    return json.dumps(row, ensure_ascii=ascii_only, separators=(",", ":") if tight else None).encode()


@pytest.mark.parametrize("shape", ROWS)
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_lane_and_the_long_way_agree(
    shape: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = st.builds(as_line, ROWS[shape], st.booleans(), st.booleans())
    parts = data.draw(st.lists(st.one_of(row, row, row, RAW), max_size=12))
    end = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    last = data.draw(st.sampled_from([b"", end]))
    path = tmp_path / "rows.jsonl"
    path.write_bytes(end.join(parts) + last)
    repairs = data.draw(st.sampled_from([(), ("text.stripped", "turn.roles_renamed", "rows.unusable")]))
    edits = data.draw(st.sampled_from([(), (Edit("delete", 2), Edit("add", 0, {"prompt": "a", "completion": "b"}))]))
    recipe = Recipe(shape=shape, repairs=repairs, edits=edits)
    slow = found(path, monkeypatch, False, recipe)
    assert found(path, monkeypatch, True, recipe) == slow
    if not repairs and not edits:
        errors = Check(sources_of(path, "rows.jsonl"), "rows.jsonl", recipe=recipe).errors()
        assert errors.findings == tuple(f for f in slow.report.findings if f.severity == "error")
        assert (errors.rows, errors.usable) == (slow.report.rows, slow.report.usable)


def test_many_blocks_and_one_bad_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [json.dumps(row).encode() for row in chat_rows(40)] * 120
    rows[3000] = rows[3000].replace(b'"user"', b'"user\xff"')
    rows[3500] += b"\r"
    rows[4000] = b'{"messages": [{"role": "user", "content": "' + b"a" * 1_100_000 + b'"}]}'
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(rows))
    fast, slow = (found(path, monkeypatch, with_lane, Recipe()) for with_lane in (True, False))
    assert fast == slow
    errors = [(f.rule, f.line) for f in fast.report.findings if f.severity == "error"]
    assert errors == [("line.not_utf8", 3001), ("line.too_long", 4001)]


def test_ordinary_rows_take_the_lane(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    for shape, rows in (
        ("chat", chat_rows(30)),
        ("prompt_completion", [{"prompt": "a\\", "completion": 'b "c"'}]),
        ("text_label", [{"text": "é", "label": "x"}]),
    ):
        path.write_text(lines(*rows), "utf-8")
        given = list(rows_on(LANES[shape], Opened(path, path.name, Log()), Log()))
        assert all(isinstance(row, Example) for _, row in given) == ("\\" not in rows[0].get("prompt", ""))
        assert [line for line, _ in given] == list(range(1, len(rows) + 1))
