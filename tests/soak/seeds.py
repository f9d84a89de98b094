"""Small good files of every kind, from which the broken ones are made."""

import gzip
import io
import json
from functools import cache

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from studio.data import FORMATS

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".xlsx", ".parquet", ".txt", ".md", "", ".dat")
ROWS = [{"prompt": f"Wie spät ist es um {n}?", "completion": f'{n} Uhr, "genau"\n'} for n in range(6)]
PIECES = (
    *(
        b'"',
        b"'",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n",
        b"\r",
        b"\r\n",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\t",
        b";",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1f\x8b",
        b"PK\x03\x04",
        b"PAR1",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\\u0000",
        b"NaN",
    ),
    *(
        b"null",
        b"-",
        b"1e999",
        b"9" * 5000,
        b"[" * 300,
        b'{"a":' * 300,
        b"\n\n",
        b"Q:",
        b"A:",
        b"=1+1",
        b"sep=;\n",
        b" " * 99,
    ),
    *(
        b'{"messages": [',
        b'"role": "tool"',
        b'"tool_calls": [{}]',
        b'"weight": 2',
        b'"label": [',
        b'"chosen": ',
        b"<html>",
    ),
)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["prompt", "completion"], *([row["prompt"], row["completion"]] for row in ROWS), [1, 2.5, True]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    table = pa.Table.from_pylist([{**row, "turns": [{"role": "user", "content": "a"}], "n": 1.5} for row in ROWS])
    pq.write_table(table, file)
    return file.getvalue()


@cache
def seeds() -> tuple[bytes, ...]:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    table = "prompt;completion\n" + "".join(f'"{row["prompt"]}";{len(row["completion"])}\n' for row in ROWS)
    texts = [
        *((shape.EXAMPLE + "\n") * 3 for shape in FORMATS),
        lines,
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2, ensure_ascii=False),
        "".join(json.dumps(row, indent=1) + "\n" for row in ROWS),
        json.dumps({"info": {"a": [1, 2]}, "data": ROWS, "more": None}, indent=1),
        table,
        table.replace(";", "\t"),
        "".join(f"Q: {row['prompt']}\nA: {row['completion']}\n" for row in ROWS),
        "# Fragen\n\n## Was?\nDas.\n\n## Wo?\nHier.\n",
        "Ein Absatz.\nNoch einer.\n\nEnde.\n",
    ]
    made = [text.encode() for text in texts]
    made += [lines.encode("utf-16"), table.encode("utf-16-le"), table.encode("cp1252"), _workbook(), _parquet()]
    return (*made, gzip.compress(lines.encode(), mtime=0))
