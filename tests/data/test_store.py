"""A data set's folder: what goes in comes out, page by page, and nothing half-written stays."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.data import (
    check_file,
    fingerprint,
    import_file,
    load_examples,
    load_report,
    page_examples,
    row_key,
    statistics,
)
from studio.errors import DataError
from tests.data.make import chat, example, lines
from tests.tiny import chat_rows

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
answers = texts.filter(lambda text: bool(text.strip()))
conversations = st.lists(st.tuples(texts, answers, st.sampled_from([None, 0, 1])), min_size=1, max_size=4).map(
    lambda rounds: [
        turn
        for question, answer, weight in rounds
        for turn in (
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer, **({} if weight is None else {"weight": weight})},
        )
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(conversations, max_size=5), st.booleans())
def test_rows_come_back_from_parquet(tmp_path: Path, rows: list[list[dict]], ascii_only: bool) -> None:
    source = tmp_path / "rows.jsonl"
    written = [{"messages": row} for row in rows]
    source.write_bytes("".join(json.dumps(r, ensure_ascii=ascii_only) + "\n" for r in written).encode())
    report = import_file(source, tmp_path / "set", "rows.jsonl", 10**6)
    checked = check_file(source)
    stored = load_examples(tmp_path / "set" / "rows.parquet")
    assert stored == checked.examples
    assert report == checked.report == load_report(tmp_path / "set")
    trained = [row for row in rows if any(turn.get("weight", 1) for turn in row if turn["role"] == "assistant")]
    assert [[m.content for m in e.messages] for e in stored] == [[t["content"] for t in row] for row in trained]
    assert [[m.weight for m in e.messages] for e in stored] == [[t.get("weight") for t in row] for row in trained]


def test_original_is_kept_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "mess.JSONL"
    source.write_bytes(b"\xef\xbb\xbf" + lines(chat(("user", "a"), ("assistant", "b"))).encode() + b"\xff\r\n")
    report = import_file(source, tmp_path / "set", "../My data.JSONL", 10**6)
    assert (tmp_path / "set" / "original.jsonl").read_bytes() == source.read_bytes()
    assert sorted(p.name for p in (tmp_path / "set").iterdir()) == ["original.jsonl", "report.json", "rows.parquet"]
    assert (report.file, report.usable, report.errors) == ("../My data.JSONL", 1, 1)
    assert fingerprint(source) == hashlib.sha256(source.read_bytes()).hexdigest()


def test_stored_columns(tmp_path: Path, chat_file: Path) -> None:
    import_file(chat_file, tmp_path / "set", "fruit.jsonl", 10**6)
    table = pq.read_table(tmp_path / "set" / "rows.parquet")
    assert str(table.schema.field("line").type) == "int64"
    assert table["messages"].to_pylist()[0] == [
        {**turn, "weight": None, "calls": None, "call_id": None} for turn in chat_rows(1)[0]["messages"]
    ]


def test_a_file_without_a_good_row_is_kept_with_its_report(tmp_path: Path) -> None:
    source = tmp_path / "empty.jsonl"
    source.write_bytes(b"")
    report = import_file(source, tmp_path / "set", "empty.jsonl", 10**6)
    assert [f.rule for f in report.findings] == ["file.empty"]
    assert load_examples(tmp_path / "set" / "rows.parquet") == []
    assert page_examples(tmp_path / "set", 0, 10) == ([], 0)


def test_refused_import_leaves_nothing(tmp_path: Path, chat_file: Path) -> None:
    with pytest.raises(DataError):
        import_file(chat_file, tmp_path / "set", "fruit.jsonl", 10)
    with pytest.raises(DataError):
        import_file(tmp_path / "none", tmp_path / "set", "none", 10)
    assert not (tmp_path / "set").exists()


def test_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    class CancelledError(Exception):
        pass

    def cancel(done: int, size: int) -> None:
        raise CancelledError

    source = tmp_path / "rows.jsonl"
    source.write_text(lines(*chat_rows(60)) * 50, encoding="utf-8")
    with pytest.raises(CancelledError):
        import_file(source, tmp_path / "set", "rows.jsonl", 10**9, progress=cancel)
    assert list((tmp_path / "set").iterdir()) == []


def test_pages_and_search_over_row_groups(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(
        lines(*({"prompt": f"Frage {n}", "completion": f"STRASSE {n % 7}"} for n in range(20_000))), encoding="utf-8"
    )
    folder = tmp_path / "set"
    import_file(source, folder, "rows.jsonl", 10**9)
    shown, total = page_examples(folder, 8190, 5)
    assert total == 20_000
    assert [(row, e.messages[0].content, e.line) for row, e in shown] == [
        (n, f"Frage {n}", n + 1) for n in range(8190, 8195)
    ]
    shown, total = page_examples(folder, 2, 3, search="straße 3")
    assert total == len([n for n in range(20_000) if n % 7 == 3])
    assert [row for row, _ in shown] == [17, 24, 31]
    assert page_examples(folder, 19_999, 5)[0][0][0] == 19_999
    assert page_examples(folder, 30_000, 5) == ([], 20_000)
    assert page_examples(folder, 0, 5, search="nowhere") == ([], 0)


def test_damaged_store(tmp_path: Path, chat_file: Path) -> None:
    folder = tmp_path / "set"
    import_file(chat_file, folder, "fruit.jsonl", 10**6)
    rows = folder / "rows.parquet"
    raw = rows.read_bytes()
    rows.write_bytes(raw[:100] + b"\0" * 200 + raw[300:])
    with pytest.raises(DataError):
        load_examples(rows)
    rows.write_bytes(raw[: len(raw) // 2])
    (folder / "report.json").write_text('{"file": "x"}', encoding="utf-8")
    for read in (lambda: load_examples(rows), lambda: page_examples(folder, 0, 1), lambda: load_report(folder)):
        with pytest.raises(DataError):
            read()


def test_row_key_is_content_alone() -> None:
    assert row_key(example("a", "b", 1)) == row_key(example("a", "b", 9))
    assert row_key(example("a", "b")) != row_key(example("ab", ""))


def test_statistics() -> None:
    numbers = statistics([example("abc", '{"a": 1}'), example("a", "[1]"), example("ab", "{broken")])
    assert (numbers.rows, numbers.turns, numbers.prompt_median, numbers.prompt_longest) == (3, 6, 2, 3)
    assert (numbers.answer_median, numbers.answer_longest) == (7, 8)
    assert numbers.json_share == pytest.approx(1 / 3)
    assert statistics([]).rows == 0
