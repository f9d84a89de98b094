"""JSON over several lines, plain text, packed files, and what is no training file at all: rows, lines and findings."""

import gzip
import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from studio.data import check_file
from studio.data.readers import READERS, Unread
from studio.errors import CancelledError, DataError
from tests.data.make import read, rules_of

ROWS = [{"prompt": f"say {n}", "completion": f'[{n}] "{{'} for n in range(5)]


def values(rows: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    return [(line, None if isinstance(row, Unread) else row) for line, row in rows]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps(ROWS), [1, 2, 3, 4, 5]),
        (json.dumps(ROWS, indent=2), [2, 6, 10, 14, 18]),
        ("[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]", [2, 3, 4, 5, 6]),
        ("".join(json.dumps(row, indent=1) + "\n" for row in ROWS), [1, 5, 9, 13, 17]),
        (json.dumps({"info": {"n": [1]}, "data": ROWS, "end": "]"}, indent=1), [8, 12, 16, 20, 24]),
        (json.dumps({"data": ROWS}), [1, 2, 3, 4, 5]),
    ],
)
def test_json_of_every_form(text: str, lines: list[int]) -> None:
    rows, findings = read(text, "rows.json")
    assert rows == list(zip(lines, ROWS, strict=True))
    assert findings == []


def test_one_row_that_holds_lists_is_a_row() -> None:
    chat = {"messages": [{"role": "user", "content": "a"}], "tools": [{"name": "b"}]}
    assert read(json.dumps(chat), "rows.json")[0] == [(1, chat)]
    assert read(json.dumps(chat, indent=1), "rows.json")[0] == [(1, chat)]
    sources = {"question": "a", "sources": [{"title": "b"}], "answer": "c"}
    pretty = json.dumps(sources, indent=1)
    assert [row for _, row in read(f"{pretty}\n{pretty}\n", "rows.json")[0]] == [sources, sources]


@pytest.mark.parametrize(
    ("text", "rows", "found"),
    [
        ('[{"a": 1}, {"a": 2,}, {"a": 3}]', [(1, {"a": 1}), (2, None), (3, {"a": 3})], [("json.trailing_comma", 2)]),
        (
            '[\n {"a": 1},\n {"a": "x},\n {"a": 3}\n]',
            [(2, {"a": 1}), (3, None), (4, {"a": 3})],
            [("json.unclosed_string", 3)],
        ),
        ('[\n {"a": 1}\n {"a": 2}\n]', [(2, {"a": 1}), (3, {"a": 2})], [("json.broken", 3)]),
        ('[\n {"a": 1},\n]', [(2, {"a": 1})], [("json.trailing_comma", 3)]),
        ('[\n {"a": 1}\n] x', [(2, {"a": 1})], [("json.broken", 3)]),
        ('[\n {"a": 1},\n {"a": ', [(2, {"a": 1}), (3, None)], [("json.unclosed", 3)]),
        ('[\n {"a": 1, "a": 2}\n]', [(2, {"a": 2})], [("json.duplicate_key", 2)]),
        ('[\n {"a": NaN},\n {"a": 1}]', [(2, None), (3, {"a": 1})], [("json.not_a_number", 2)]),
        ('[\n {"a": "\\ud800"}]', [(2, None)], [("json.surrogate", 2)]),
        ("[]", [], [("file.no_rows", 1)]),
        ('{"train": [{"a": 1}], "test": [{"a": 2}]}', [(1, {"a": 1})], [("file.second_list", 1)]),
    ],
)
def test_faults_cost_one_row(text: str, rows: list, found: list) -> None:
    got, findings = read(text, "rows.json")
    assert (values(got), rules_of(findings)) == (rows, found)


def test_places_of_faults_are_those_of_the_file() -> None:
    _, findings = read('[\n {\n  "a": 1,\n  "b": nope\n }\n]', "rows.json")
    assert (findings[0].line, "column 8 of line 4" in findings[0].message) == (2, True)


def test_rows_of_any_size_in_a_list() -> None:
    long = {"a": "x" * 900_000, "b": ["[{"] * 1000}
    rows, findings = read(json.dumps([long, {"a": 1}] * 3, indent=1), "rows.json")
    assert [row for _, row in rows] == [long, {"a": 1}] * 3
    rows, findings = read(json.dumps([{"a": "y" * 9_000_000}, {"a": 1}], indent=1), "rows.json")
    assert values(rows)[1][1] == {"a": 1}
    assert [f.rule for f in findings] == ["line.too_long"]
    deep = '[{"a": ' + "[" * 100_000 + "]" * 100_000 + '}, {"a": 1}]'
    rows, findings = read(deep, "rows.json")
    assert (values(rows), [f.rule for f in findings]) == ([(1, None), (2, {"a": 1})], ["json.too_deep"])
    assert sys.getrecursionlimit() < 5000


def test_a_byte_that_is_no_text_costs_one_row() -> None:
    rows, findings = read(b'[\n{"a": "caf\xe9"},\n{"a": "ok"}\n]', "rows.json")
    assert values(rows) == [(2, None), (3, {"a": "ok"})]
    assert (rules_of(findings), "column 11" in findings[0].message) == ([("row.not_utf8", 2)], True)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Q: a\nA: b\n\nQ: c\nA: d\n", [(1, "a", "b"), (4, "c", "d")]),
        ("Question 1: a\nmore\nAnswer 1: b\n\nrest\n", [(1, "a\nmore", "b\n\nrest")]),
        ("**User:** a\n**Assistant:** b\n\n**User**: c\n**Assistant**: d\n", [(1, "a", "b"), (4, "c", "d")]),
        ("## Question\na\n## Answer\nb\n## Question\nc\n## Answer\nd\n", [(1, "a", "b"), (5, "c", "d")]),
        (
            "# FAQ\n\n## What is it?\nA thing.\n\nReally.\n## Where?\nHere.\n",
            [(3, "What is it?", "A thing.\n\nReally."), (7, "Where?", "Here.")],
        ),
        ("Frage: a\nAntwort: b\nFrage: c\nAntwort: d", [(1, "a", "b"), (3, "c", "d")]),
    ],
)
def test_questions_and_answers(text: str, rows: list[tuple[int, str, str]]) -> None:
    got, findings = read(text, "notes.md")
    assert got == [(line, {"prompt": prompt, "completion": answer}) for line, prompt, answer in rows]
    assert {f.rule for f in findings} <= {"text.plain", "text.outside"}


def test_questions_without_answers_and_the_other_way() -> None:
    rows, findings = read("Intro\nQ: a\nA: b\nA: c\nQ: d\nQ: e\nA: f\nQ:\n", "notes.txt")
    assert [(line, isinstance(row, dict)) for line, row in rows] == [
        (2, True),
        (4, False),
        (5, False),
        (6, True),
        (8, False),
    ]
    assert rules_of(findings) == [
        ("text.plain", None),
        ("text.outside", 1),
        ("text.no_question", 4),
        ("text.no_answer", 5),
        ("text.no_answer", 8),
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("One.\nStill one.\n\n\nTwo.\n", [(1, "One.\nStill one."), (5, "Two.")]),
        ("One.\nTwo.\nThree.", [(1, "One."), (2, "Two."), (3, "Three.")]),
        ("A. Smith wrote: no.\n\nQ is a letter: yes.\n", [(1, "A. Smith wrote: no."), (3, "Q is a letter: yes.")]),
    ],
)
def test_any_other_text(text: str, rows: list[tuple[int, str]]) -> None:
    got, findings = read(text, "notes.txt")
    assert got == [(line, {"text": part}) for line, part in rows]
    assert rules_of(findings) == [("text.plain", None)]


def test_text_in_an_older_encoding() -> None:
    rows, findings = read("Où est la gare?\n\nÀ côté du café.\n".encode("cp1252"), "notes.txt")
    assert [row["text"] for _, row in rows] == ["Où est la gare?", "À côté du café."]
    assert "file.encoding_guessed" in [f.rule for f in findings]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("".join(json.dumps(row) + "\n" for row in ROWS), "rows.jsonl"),
        (json.dumps(ROWS), "rows.json"),
        ("prompt,completion\na,b\n", "rows.csv"),
        ("Q: a\nA: b\n", "rows.txt"),
    ],
)
def test_packed_is_read_as_unpacked(content: str, name: str) -> None:
    rows, findings = read(content, name)
    packed, found = read(gzip.compress(content.encode()), f"{name}.GZ")
    assert (packed, rules_of(found)) == (rows, rules_of(findings))


def test_packed_binary_tables(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "t.parquet")
    packed = gzip.compress((tmp_path / "t.parquet").read_bytes())
    assert [row for _, row in read(packed, "t.parquet.gz")[0]] == ROWS


@pytest.mark.parametrize("cut", [5, 30, 200, -9, -1])
def test_packed_and_cut(cut: int) -> None:
    content = gzip.compress("".join(json.dumps({"a": n * 7919}) + "\n" for n in range(500)).encode())
    rows, findings = read(content[:cut], "rows.jsonl.gz")
    assert "file.packed_damaged" in [f.rule for f in findings]
    assert all(row == {"a": n * 7919} for n, (_, row) in enumerate(rows) if isinstance(row, dict))


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (b"%PDF-1.7", "rows.jsonl", "file.binary"),
        (b"\x00\x01\x02\x00\x00" * 100, "rows.jsonl", "file.binary"),
        (b"PK\x03\x04" + b"\0" * 100, "rows.zip", "table.damaged"),
        (gzip.compress(b'{"a": 1}\n', mtime=0), "rows.jsonl", "file.packed_name"),
        (b"", "rows.parquet", "file.empty"),
        (gzip.compress(b"", mtime=0), "rows.jsonl.gz", "file.empty"),
        (b"<html>", "rows.csv", "file.web_page"),
        (b"\n \n", "rows.csv", "file.only_blank"),
        (b"only,names\n", "rows.csv", "file.no_rows"),
    ],
)
def test_what_is_no_training_file(content: bytes, name: str, rule: str) -> None:
    rows, findings = read(content, name)
    assert (rows, [f.rule for f in findings]) == ([], [rule])


def test_a_tar_archive() -> None:
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("rows.jsonl"))
    assert [f.rule for f in read(gzip.compress(file.getvalue()), "rows.tar.gz")[1]] == ["file.binary"]


def test_folder_device_and_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", Path("/dev/zero")):
        with pytest.raises(DataError):
            check_file(path)
    with pytest.raises(DataError):
        check_file([])


def test_every_reader_says_what_it_reads() -> None:
    suffixes = [suffix for reader in READERS for suffix in reader.SUFFIXES]
    assert len(set(suffixes)) == len(suffixes)
    assert all(reader.TITLE and reader.__doc__ for reader in READERS)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.txt"])
def test_a_row_without_end_can_be_cancelled(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b'[{"a": "' + b"x" * 20_000_000)
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 5

    seen: list[int] = []
    with pytest.raises(CancelledError):
        check_file(path, progress=lambda done, _: seen.append(done), cancelled=cancelled)
    assert seen == sorted(seen)
    assert seen[-1] < path.stat().st_size
