"""Tells what kind of file this is: by its first bytes, and by its name where these leave it open.

One sentence for a file that is none of the readers' instead of one for each of its lines.
"""

import json
import re

from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers import csv_table, json_values, jsonl, parquet, plain, workbook
from studio.data.readers.encodings import by_guess, by_mark, wide
from studio.data.readers.opening import Opened
from studio.data.readers.reader import Reader

_JSON_SUFFIXES = (*jsonl.SUFFIXES, *json_values.SUFFIXES)
_TEXT_SUFFIXES = (*csv_table.SUFFIXES, *plain.SUFFIXES)
_NAMED = {
    suffix: family
    for family in ((jsonl,), (json_values, jsonl), (csv_table,), (plain,), (workbook,), (parquet,))
    for suffix in family[0].SUFFIXES
}
_MOST_JOINED = 400
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a word processor's document"),
)
# Fewer are a slip inside of a text, which its line then says.
_LEAST_ZEROS = 8
_TAR_AT, _TAR = 257, b"ustar"
_LIST_OF_ROWS = re.compile(r"\[\s*(\{|$)")
_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)


def reader_of(file: Opened, log: Log) -> Reader | None:
    """The reader for an opened file, whose bytes are UTF-8 then if it is text; None after the log says why there is
    none."""
    reader = _reader_of(file, log)
    named = _NAMED.get(file.suffix)
    # A table whose columns are parted by tabs often goes by the name of a text.
    if reader is not None and named is not None and reader not in (*named, csv_table if named == (plain,) else None):
        log.add(rules.READ_AS, 1, kind=reader.TITLE, suffix=file.suffix)
    return reader


def _reader_of(file: Opened, log: Log) -> Reader | None:
    head = file.head
    if head.startswith(b"\x1f\x8b"):
        log.add(rules.PACKED_NAME, None)
        return None
    if head.startswith(parquet.MAGIC):
        return parquet
    if head.startswith(workbook.MAGICS):
        return workbook
    if not head:
        if not log.errors:
            log.add(rules.EMPTY, 1)
        return None
    return None if _not_text(head, log) else _of_text(file, log)


def _not_text(head: bytes, log: Log) -> bool:
    what = next((what for magic, what in _MAGIC if head.startswith(magic)), None)
    if what is None and head[_TAR_AT:].startswith(_TAR):
        what = "a tar archive"
    zeros = head[:4096].count(0)
    if what is None and not wide(head) and zeros >= _LEAST_ZEROS and zeros * 10 > len(head[:4096]):
        what = "a program's own format"
    if what is not None:
        log.add(rules.BINARY, None, what=what)
    elif _PAGE.match(head):
        log.add(rules.WEB_PAGE, 1, None, head[:200].decode("utf-8", "replace"))
        return True
    return what is not None


def _of_text(file: Opened, log: Log) -> Reader | None:
    head = file.head
    by_mark(file, log)
    numbered = enumerate(file.head.decode("utf-8", "replace").split("\n"), start=1)
    lines = [(number, text.strip()) for number, text in numbered if text and not text.isspace()]
    if not lines and file.whole:
        log.add(rules.ONLY_BLANK, 1)
        return None
    reader = _json_reader(file, lines)
    if reader is None and (file.suffix in csv_table.SUFFIXES or csv_table.is_table(file)):
        reader = csv_table
    if reader is None and file.suffix in _JSON_SUFFIXES and lines:
        log.add(rules.NOT_JSON, lines[0][0], None, lines[0][1])
        return None
    reader = reader or plain
    if reader in (csv_table, plain) and not wide(head):
        by_guess(file, log)
    return reader


def _json_reader(file: Opened, lines: list[tuple[int, str]]) -> Reader | None:
    """The reader of JSON that suits; None where the text is no JSON."""
    if not lines:
        return jsonl if file.suffix in _JSON_SUFFIXES else None
    first = lines[0][1]
    unfinished = len(lines) == 1 and not file.whole
    end = _end(first)
    over_lines = False
    if first.startswith("["):
        over_lines = unfinished or _is_list(lines, end) or (bool(_LIST_OF_ROWS.match(first)) and not _again(lines))
    elif first.startswith("{"):
        long_row = unfinished and file.suffix in jsonl.SUFFIXES
        over_lines = not long_row and (unfinished or _over_lines(lines, end, file.whole) or _holds_rows(lines))
    if over_lines:
        return json_values
    if file.suffix in _TEXT_SUFFIXES:
        return jsonl if first.startswith(("{", "[")) and end == "closed" else None
    begun = any(text.startswith(("{", "[")) or _end(text) == "closed" for _, text in lines[:20])
    return jsonl if begun else None


def _holds_rows(lines: list[tuple[int, str]]) -> bool:
    """A single object on a single line, which has the rows in a list."""
    try:
        row = json.loads(lines[0][1]) if len(lines) == 1 else {}
    except (RecursionError, ValueError):
        return False
    lists = [value for name, value in row.items() if name not in json_values.PARTS and isinstance(value, list)]
    return any(value and isinstance(value[0], dict) for value in lists)


def _again(lines: list[tuple[int, str]]) -> bool:
    return len(lines) > 1 and lines[1][1].startswith("[")


def _is_list(lines: list[tuple[int, str]], end: str) -> bool:
    """One list over the whole file, not a list on each line (those are rows that are no objects)."""
    if end == "closed":
        return len(lines) == 1
    return end == "open" and not _again(lines)


def _over_lines(lines: list[tuple[int, str]], end: str, whole: bool) -> bool:
    first = lines[0][1]
    if end != "open" or len(lines) == 1:
        return False
    if lines[1][1].startswith("{") and not first.endswith((":", "[")):
        return False
    joined = first
    for _, text in lines[1:_MOST_JOINED]:
        joined = f"{joined}\n{text}"
        if text.endswith("}") and _end(joined) == "closed":
            return True
    return _end(joined) == "open" and (not whole or len(lines) > _MOST_JOINED)


def _end(text: str) -> str:
    """'closed' for complete JSON, 'open' where more text could complete it, 'broken' otherwise."""
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        return "open" if fault.pos >= len(text) or fault.msg.startswith("Unterminated") else "broken"
    except (RecursionError, ValueError):
        return "broken"
    return "closed"
