"""From bytes to JSON values: encodings, blank lines, faults with their cause and column, sizes."""

import json
import re
from pathlib import Path

import pytest

from studio.data import check_file
from studio.data.log import MOST_PER_RULE, Log
from studio.data.readers.strict_json import Decoder, Unread
from studio.errors import DataError
from tests.data.make import brief, checked, findings, lines

GOOD = '{"prompt": "a", "completion": "b"}'


def test_json_test_suite(shared_data: Path) -> None:
    for path in sorted((shared_data / "bad_inputs" / "json_test_suite").glob("[nyi]_*.json")):
        raw, log = path.read_bytes(), Log()
        try:
            value = Decoder().decode(raw.decode("utf-8"), 1, log)
        except UnicodeDecodeError:
            value = Unread("")
        if path.name.startswith("y_"):
            assert not isinstance(value, Unread), path.name
        if path.name.startswith("n_"):
            assert isinstance(value, Unread), path.name
        report = check_file(path).report
        if path.name.startswith("n_"):
            assert [f for f in report.findings if f.severity == "error" and f.line], path.name
        if path.name.startswith("y_"):
            assert not [f for f in report.findings if f.rule.startswith("json.") and f.severity == "error"], path.name


def test_utf8_tests(shared_data: Path, tmp_path: Path) -> None:
    """flenniken/utf8tests: each byte sequence in a prompt is accepted or refused as the list says."""
    text = (shared_data / "bad_inputs" / "utf8tests" / "utf8tests.txt").read_text(encoding="utf-8")
    cases = re.findall(r"^[\d.]+:(valid|invalid) hex:([0-9a-fA-F ]+)", text, re.MULTILINE)
    assert {kind for kind, _ in cases} == {"valid", "invalid"}
    for kind, digits in cases:
        sequence = bytes.fromhex(digits)
        if any(byte < 32 or byte in b'"\\' for byte in sequence):
            continue
        rules = [f.rule for f in findings(tmp_path, b'{"prompt": "x' + sequence + b'", "completion": "b"}\n')]
        assert ("line.not_utf8" in rules) == (kind == "invalid"), digits


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        ("{'prompt': 'a', 'completion': 'b'}", "json.single_quotes", 2),
        ("{\"prompt\": 'a'}", "json.single_quotes", 12),
        ('{"prompt": "a", "completion": "b",}', "json.trailing_comma", None),
        ('{"prompt": "a", "completion": ["b",]}', "json.trailing_comma", None),
        ('{"prompt": "a', "json.unclosed_string", 12),
        ('{"prompt": "a", "completion": "b"', "json.unclosed", None),
        ('{"prompt": "a", "completion": "b"},', "json.row_comma", 35),
        (GOOD + GOOD, "json.two_rows", 35),
        ('{"prompt": "a", "completion": None}', "json.word", 31),
        ('{"prompt": "a", "completion": NaN}', "json.not_a_number", 31),
        ('{"prompt": "NaN", "completion": -Infinity}', "json.not_a_number", 33),
        ('{"prompt": "C:\\data", "completion": "b"}', "json.escape", None),
        ('{"prompt": "a" "completion": "b"}', "json.broken", 16),
    ],
)
def test_cause_and_column_of_broken_json(text: str, rule: str, column: int | None, tmp_path: Path) -> None:
    found = findings(tmp_path, f"{GOOD}\n{text}\n")
    assert [(f.rule, f.line) for f in found] == [(rule, 2)]
    if column:
        assert f"column {column}" in found[0].message


def test_one_bad_byte_leaves_the_other_rows(tmp_path: Path) -> None:
    content = GOOD.encode() + b'\n{"prompt": "caf\xe9", "completion": "b"}\n' + GOOD.replace("a", "c").encode()
    result = checked(tmp_path, content)
    (finding,) = (f for f in result.report.findings if f.rule == "line.not_utf8")
    assert (finding.line, result.report.usable) == (2, 2)
    assert f"byte 16 of the line, byte {len(GOOD) + 1 + 16} of the file" in finding.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read(encoding: str, tmp_path: Path) -> None:
    content = "".join(f'{{"prompt": "Säg {n}", "completion": "{n}"}}\n' for n in range(5)).encode(encoding)
    assert brief(tmp_path, content) == [("file.encoding", None)]
    assert [e.messages[0].content for e in checked(tmp_path, content).examples] == [f"Säg {n}" for n in range(5)]


def test_mark_crlf_and_line_separators(tmp_path: Path) -> None:
    text = lines({"prompt": "a\u2028b", "completion": "c\u0085d"}, {"prompt": "e", "completion": "f"})
    result = checked(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [f.rule for f in result.report.findings if f.severity == "note"] == ["openai.rows", "file.bom"]
    assert [e.messages[0].content for e in result.examples] == ["a\u2028b", "e"]
    assert [e.line for e in result.examples] == [1, 2]


def test_blank_lines_are_one_note(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, f"{GOOD}\n\n \n{GOOD}\n\n")[:1]
    assert (finding.rule, finding.line, finding.severity) == ("line.blank", 2, "note")
    assert "3 times" in finding.message


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (json.dumps([json.loads(GOOD)] * 3), 3),
        (json.dumps([json.loads(GOOD)] * 3, indent=2), 3),
        ("[\n" + f"{GOOD},\n" * 5000 + f"{GOOD}\n]\n", 5001),
        ((json.dumps(json.loads(GOOD), indent=2) + "\n") * 5000, 5000),
        (json.dumps({"version": 1, "rows": [json.loads(GOOD)] * 300, "more": {"a": [1]}}, indent=1), 300),
        ('{"rows": [\n' + f"{GOOD},\n" * 20_000 + f"{GOOD}]}}", 20_001),
        (json.dumps({"rows": [json.loads(GOOD)] * 30}), 30),
        ("prompt,completion\n" + "a,b\n" * 5000, 5000),
    ],
)
def test_another_kind_of_file_is_read_and_said_once(text: str, rows: int, tmp_path: Path) -> None:
    report = checked(tmp_path, text).report
    told = [(f.rule, f.line) for f in report.findings if not f.rule.startswith(("rows.", "answers.", "openai."))]
    assert told == [("file.read_as", 1)]
    assert (report.usable, report.errors) == (rows, 0)


@pytest.mark.parametrize(
    ("text", "rule"), [("some text\n" * 5000, "file.not_json"), ("<html>\n" * 5000, "file.web_page")]
)
def test_what_is_no_training_file_is_said_once(text: str, rule: str, tmp_path: Path) -> None:
    assert brief(tmp_path, text) == [(rule, 1)]


def test_extremes_are_findings(tmp_path: Path) -> None:
    row = '{"prompt": "a", "completion": "b", "n": %s}\n'
    content = row % ("9" * 5000) + row % ("[" * 10_000 + "]" * 10_000) + row % f'"{"x" * 1_000_001}"' + row % "1e999"
    assert brief(tmp_path, content) == [
        ("row.unused_key", 1),
        ("json.too_deep", 2),
        ("line.too_long", 3),
        ("rows.duplicate", 4),
    ]


def test_a_line_larger_than_any_buffer(tmp_path: Path) -> None:
    content = b'{"prompt": "' + b"a" * 9_000_000 + b'", "completion": "b"}\n' + GOOD.encode() + b"\n"
    assert brief(tmp_path, content) == [("line.too_long", 1)]
    assert checked(tmp_path, content).examples[0].line == 2


def test_brackets_inside_text_are_no_depth(tmp_path: Path) -> None:
    assert brief(tmp_path, lines({"prompt": "[" * 500 + '"{', "completion": "b"})) == []


def test_repeated_keys_and_half_characters(tmp_path: Path) -> None:
    content = '{"prompt": "a", "prompt": "b", "completion": "c"}\n{"prompt": "\\ud83d", "completion": "b"}\n'
    content += '{"prompt": "\\ud83d\\ude00", "completion": "b"}\n'
    assert brief(tmp_path, content) == [("json.duplicate_key", 1), ("json.surrogate", 2)]


def test_many_findings_of_one_rule_are_bounded(tmp_path: Path) -> None:
    report = checked(tmp_path, f"{GOOD}\n" + "{broken\n" * 1500).report
    kept = [f for f in report.findings if f.rule == "json.broken"]
    assert len(kept) == MOST_PER_RULE + 1
    assert "500 more" in kept[-1].message
    assert report.rows == 1501


def test_keys_that_differ_in_every_row_are_bounded(tmp_path: Path) -> None:
    rows = [{"prompt": f"p{n}", "completion": "b", f"k{n}": 1, "same": 1} for n in range(1500)]
    unused = [f for f in findings(tmp_path, lines(*rows)) if f.rule == "row.unused_key"]
    assert len(unused) == MOST_PER_RULE + 1
    assert [f.message for f in unused if "same" in f.message] == [
        'The key "same" is not used. It is so 1,500 times, here for the first time.'
    ]


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    (tmp_path / "big.jsonl").write_text("x" * 2000, encoding="utf-8")
    with pytest.raises(DataError, match="no file"):
        check_file(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="folder"):
        check_file(tmp_path)
    with pytest.raises(DataError, match="limit"):
        check_file(tmp_path / "big.jsonl", limit_bytes=1000)
    if Path("/dev/zero").exists():
        with pytest.raises(DataError, match="device"):
            check_file(Path("/dev/zero"))


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{GOOD}\n" * 5000, encoding="utf-8")
    seen: list[tuple[int, int]] = []
    check_file(path, progress=lambda done, size: seen.append((done, size)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
