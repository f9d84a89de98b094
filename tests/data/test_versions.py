"""Versions on disk: several originals, a version from a recipe, the files of the first release, all columns."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.data import (
    Example,
    Message,
    import_file,
    load_examples,
    load_report,
    make_version,
    originals,
    page_examples,
    recipe_of,
    rows_file,
)
from studio.data.recipe import Recipe
from studio.data.table import stream_examples, write_examples
from studio.errors import CancelledError
from tests.data.make import lines
from tests.tiny import chat_rows

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
messages = st.lists(
    st.builds(
        Message,
        st.sampled_from(["system", "user", "assistant", "tool"]),
        texts,
        st.sampled_from([None, 0, 1]),
        texts,
        texts,
    ),
    max_size=4,
).map(tuple)
examples = st.builds(
    Example, st.integers(0, 2**40), messages, messages, st.lists(texts, max_size=3).map(tuple), texts, st.integers(0, 9)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.lists(examples, max_size=6))
def test_every_column_comes_back(tmp_path: Path, rows: list[Example]) -> None:
    write_examples(rows, tmp_path / "rows.parquet")
    assert list(stream_examples(tmp_path / "rows.parquet")) == rows


def test_rows_of_the_first_release_are_read(tmp_path: Path) -> None:
    turn = pa.struct([("role", pa.string()), ("content", pa.string()), ("weight", pa.int8())])
    schema = pa.schema([("line", pa.int64()), ("messages", pa.list_(turn))])
    rows = [
        {"line": n, "messages": [{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": "a"}]}
        for n in range(3)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "rows.parquet")
    found = {"rule": "rows.few", "severity": "warning", "line": None, "field": None, "message": "m", "remedy": "r"}
    report = {"v": 1, "file": "old.jsonl", "shape": "chat", "rows": 3, "usable": 3, "findings": [found]}
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    expected = [Example(n, (Message("user", f"q{n}"), Message("assistant", "a"))) for n in range(3)]
    assert load_examples(rows_file(tmp_path)) == expected
    assert page_examples(tmp_path, 1, 1) == ([(1, expected[1])], 3)
    assert page_examples(tmp_path, 0, 9, lines=[2]) == ([(2, expected[2])], 1)
    assert load_report(tmp_path).findings[0].file is None
    assert recipe_of(tmp_path) == Recipe()


def test_several_originals(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    for name, rows in (("a", chat_rows(2)), ("b", chat_rows(5)[2:])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.jsonl").write_text(lines(*rows) + "broken\n", encoding="utf-8")
    report = import_file([tmp_path / "a" / "rows.jsonl", tmp_path / "b" / "rows.jsonl"], folder, "Fruit")
    assert (report.file, report.files) == ("Fruit", ("rows.jsonl", "rows (2).jsonl"))
    assert report == load_report(folder)
    assert [(f.file, f.line) for f in report.findings if f.severity == "error"] == [
        ("rows.jsonl", 3),
        ("rows (2).jsonl", 4),
    ]
    assert [(e.file, e.line) for e in load_examples(rows_file(folder))] == [(0, 1), (0, 2), (1, 1), (1, 2), (1, 3)]
    shown, total = page_examples(folder, 0, 9, lines=[(1, 2), (0, 1)])
    assert ([(row, e.file, e.line) for row, e in shown], total) == ([(0, 0, 1), (3, 1, 2)], 2)
    kept = originals(folder)
    assert [source.name for source in kept] == ["rows.jsonl", "rows (2).jsonl"]
    assert [source.path.name for source in kept] == ["original.jsonl", "original-2.jsonl"]
    assert kept[1].path.read_bytes() == (tmp_path / "b" / "rows.jsonl").read_bytes()


def test_a_version_is_made_from_the_original(tmp_path: Path, chat_file: Path) -> None:
    folder = tmp_path / "set"
    first = import_file(chat_file, folder, "fruit.jsonl")
    report = make_version(folder, 2, Recipe())
    assert report == first == load_report(folder, 2)
    assert rows_file(folder, 2).name == "rows-2.parquet"
    assert load_examples(rows_file(folder, 2)) == load_examples(rows_file(folder, 1))
    assert page_examples(folder, 3, 2, version=2) == page_examples(folder, 3, 2)
    assert recipe_of(folder, 2) == Recipe()


def test_cancelling_leaves_nothing(tmp_path: Path, chat_file: Path) -> None:
    folder = tmp_path / "set"
    with pytest.raises(CancelledError):
        import_file(chat_file, folder, "fruit.jsonl", cancelled=lambda: True)
    assert list(folder.iterdir()) == []


def test_rows_with_long_texts_do_not_pile_up(tmp_path: Path) -> None:
    write_examples((Example(n, (Message("assistant", "x" * 900_000),)) for n in range(40)), tmp_path / "rows.parquet")
    file = pq.ParquetFile(tmp_path / "rows.parquet")
    assert file.metadata.num_row_groups >= 4
    assert sum(1 for _ in stream_examples(tmp_path / "rows.parquet")) == 40
