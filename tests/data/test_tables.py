"""Tables: CSV by trial of delimiters and encodings, Excel workbooks, Parquet; each cell and line where it should be."""

import datetime
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from studio.data.readers import Unread
from tests.data.make import read, rules_of


def test_csv_spectrum(shared_data: Path) -> None:
    files = sorted((shared_data / "bad_inputs" / "csv_spectrum").glob("*.csv"))
    assert len(files) > 10
    for path in files:
        rows, _ = read(path.read_bytes(), path.name)
        wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert [row for _, row in rows] == [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in wanted]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_delimiters_line_ends_and_encodings(delimiter: str, ends: str, encoding: str) -> None:
    lines = [["Frage", "Antwort"], ["Wo ist das Café, bitte?", "Am Markt; gleich links"], ["x|y", "a\tb"]]
    quoted = [delimiter.join(f'"{cell}"' if set(cell) & set(",;\t|") else cell for cell in line) for line in lines]
    rows, _ = read(ends.join(quoted).encode(encoding), "table.csv")
    assert rows == [(n, dict(zip(lines[0], line, strict=True))) for n, line in enumerate(lines[1:], start=2)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("вопрос,ответ\n" + "Где находится вокзал,Рядом с рынком\n" * 3, "cp1251"),
        ("pytanie,odpowiedź\n" + "Gdzie jest żółty łoś,Nad rzeką śpi\n" * 3, "cp1250"),
        ("質問,答え\n" + "駅はどこですか,市場の隣です\n" * 3, "shift_jis"),
        ("问题,答案\n" + "车站在哪里,车站在市场旁边\n" * 3, "gb18030"),
        ("question,answer\n" + "He said “hi” – it’s fine,That’s €5\n" * 3, "cp1252"),
    ],
)
def test_older_encodings_are_guessed_and_said(text: str, encoding: str) -> None:
    rows, findings = read(text.encode(encoding), "table.csv")
    header, first = (line.split(",") for line in text.split("\n")[:2])
    assert rows[0] == (2, dict(zip(header, first, strict=True)))
    assert rules_of(findings) == [("file.encoding_guessed", None)]


def test_rows_keep_their_lines_whatever_is_wrong() -> None:
    text = 'q,a\n"two\nlines",b\nc,d,e\nf\n\ng,"h" i\nj,k\n"open,l\nm,n\n'
    rows, findings = read(text, "table.csv")
    assert [(line, row if isinstance(row, dict) else None) for line, row in rows] == [
        (2, {"q": "two\nlines", "a": "b"}),
        (4, None),
        (5, {"q": "f", "a": ""}),
        (7, None),
        (8, {"q": "j", "a": "k"}),
        (9, None),
        (10, {"q": "m", "a": "n"}),
    ]
    assert rules_of(findings) == [
        ("table.more_cells", 4),
        ("table.fewer_cells", 5),
        ("line.blank", 6),
        ("table.quotes", 7),
        ("table.quotes", 9),
    ]


def test_large_cells_and_columns_without_names() -> None:
    long = "x" * 200_000
    rows, findings = read(f"a,,a,\n1,2,3,\n{long},y,z\n", "table.csv")
    assert rows == [(2, {"a": "1", "column 2": "2", "a (3)": "3"}), (3, {"a": long, "column 2": "y", "a (3)": "z"})]
    assert rules_of(findings) == [("table.same_column", 1)]
    rows, findings = read(f'a,b\n1,"{"x" * 1_500_000}"\n3,4\n', "table.csv")
    assert ([line for line, _ in rows], rows[1][1]) == ([2, 3], {"a": "3", "b": "4"})
    assert rules_of(findings) == [("line.too_long", 2)]


def test_one_bad_byte_costs_one_row() -> None:
    content = "à,b\n".encode() + (b"x" * 99 + b",2\n") * 4000 + b"caf\xe9,2\n3,4\n"
    rows, findings = read(content, "table.csv")
    assert (len(rows), [line for line, row in rows if isinstance(row, Unread)]) == (4002, [4002])
    assert rules_of(findings) == [("line.not_utf8", 4002)]


@pytest.mark.parametrize(
    ("text", "name", "table"),
    [
        ("a\tb\n1\t2\n", "notes.txt", True),
        ("question,answer\nhi,hello\n", "rows", True),
        ("sep=;\na;b\n1;2\n", "table.csv", True),
        ("text\nhello, you\n", "table.csv", True),
        ("Dear all,\nplease come, it is late,\nand bring cake\n", "letter.txt", False),
        ("One, two\nThree, four\n", "letter.txt", False),
    ],
)
def test_what_is_a_table(text: str, name: str, table: bool) -> None:
    rows, findings = read(text, name)
    assert not isinstance(rows[0][1], Unread)
    assert ("text.plain" not in [f.rule for f in findings]) == table


def test_accents_that_come_late_are_read_too() -> None:
    for name in ("table.csv", "table.csv.gz"):
        content = "a,b\n" + f"{'x' * 99},y\n" * 4000 + "Où est le café,là\n" * 3
        packed = gzip.compress(content.encode("cp1252")) if name.endswith("gz") else content.encode("cp1252")
        rows, findings = read(packed, name)
        assert rows[-1][1] == {"a": "Où est le café", "b": "là"}
        assert rules_of(findings) == [("file.encoding_guessed", None)]


def test_a_first_row_that_is_an_example() -> None:
    for first in ("Where is it?,Here", "1,2", f"{'long ' * 20},b"):
        assert ("table.no_header", 1) in rules_of(read(f"{first}\nWho?,Me\n", "table.csv")[1])


def test_cells_that_hold_turns() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    cell = json.dumps(turns).replace('"', '""')
    rows, _ = read(f'messages,label,note\n"{cell}","[""x"", ""y""]","[1]"\n', "table.csv")
    assert rows == [(2, {"messages": turns, "label": ["x", "y"], "note": "[1]"})]
    for cell in ("[broken", "{", "[1]", '[{""a"": 1}]', "[]", "text"):
        assert read(f'messages,label\n"{cell}","{cell}"\n', "table.csv")[0][0][1]["messages"] == cell.replace('""', '"')


def book(*sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_workbook() -> None:
    day = datetime.date(2024, 2, 1)
    sheet = [
        [],
        ["Question", "Answer", "n"],
        ["a", "b", 3],
        [],
        ["c\nd", True, 1.5],
        ["e", day, None],
        ["f", "g", 1, "h"],
    ]
    rows, findings = read(book([], sheet, [["other"], ["x"]]), "table.xlsx")
    assert rows[:3] == [
        (3, {"Question": "a", "Answer": "b", "n": "3"}),
        (5, {"Question": "c\nd", "Answer": "TRUE", "n": "1.5"}),
        (6, {"Question": "e", "Answer": "2024-02-01", "n": ""}),
    ]
    assert isinstance(rows[3][1], Unread)
    assert rules_of(findings) == [("table.sheets", None), ("table.more_cells", 7)]
    assert '"Sheet 2" is read' in findings[0].message


def test_workbooks_that_are_refused(tmp_path: Path) -> None:
    far = openpyxl.Workbook()
    far.active["A1"], far.active["XFD1048576"] = "a", "b"
    file = io.BytesIO()
    far.save(file)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/sharedStrings.xml", b" " * 160_000_000)
    entity = io.BytesIO()
    with zipfile.ZipFile(entity, "w") as packed:
        packed.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>')
    good = book([["a"], ["b"]])
    for content, rule in (
        (file.getvalue(), "table.too_large"),
        (bomb.getvalue(), "table.too_large"),
        (entity.getvalue(), "table.damaged"),
        (good[: len(good) // 2], "table.damaged"),
        (good[:-400] + b"\0" * 400, "table.damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 5000 + "EncryptedPackage".encode("utf-16-le"), "table.password"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 5000, "file.binary"),
        (book([]), "file.no_rows"),
    ):
        rows, findings = read(content, "table.xlsx")
        assert (rows, rules_of(findings)) == ([], [(rule, None)])


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def test_parquet() -> None:
    turns = [{"role": "user", "content": "a"}]
    rows = [
        {"messages": turns, "when": datetime.datetime(2024, 2, 1, 3), "score": 0.5, "raw": b"text"},
        {"messages": None, "when": None, "score": float("nan"), "raw": b"\xff"},
    ]
    assert read(parquet(pa.Table.from_pylist(rows)), "t.parquet")[0] == [
        (1, {"messages": turns, "when": "2024-02-01 03:00:00", "score": 0.5, "raw": "text"}),
        (2, {"messages": None, "when": None, "score": None, "raw": "(1 bytes)"}),
    ]
    twice = pa.table([[1], [2]], names=["a", "a"])
    assert read(parquet(twice), "t.parquet")[0] == [(1, {"a": 1, "a (2)": 2})]


def test_parquet_that_is_empty_damaged_or_holds_bad_text() -> None:
    whole = parquet(pa.table({"text": ["a" * 50] * 1000}))
    assert rules_of(read(parquet(pa.table({"text": pa.array([], pa.string())})), "t.parquet")[1]) == [
        ("file.no_rows", None)
    ]
    for damaged in (whole[: len(whole) // 2], b"PAR1" + b"\0" * 100 + b"PAR1", whole[:-8] + b"\xff\xff\xff\x7fPAR1"):
        rows, findings = read(damaged, "t.parquet")
        assert (rows, [f.rule for f in findings]) == ([], ["table.damaged"])
    texts = pa.array([b"a", b"caf\xe9", b"c"]).view(pa.string())
    rows, findings = read(parquet(pa.table({"text": texts})), "t.parquet")
    assert [(line, row if isinstance(row, dict) else None) for line, row in rows] == [
        (1, {"text": "a"}),
        (2, None),
        (3, {"text": "c"}),
    ]
    assert rules_of(findings) == [("table.value", 2)]
