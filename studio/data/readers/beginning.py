"""Looks at the start of a file to tell lines of JSON from everything else people drop: packed files, web pages, tables,
UTF-16, one big list, rows over several lines. One sentence for the file instead of one for each of its lines."""

import json
import re

from studio.data.checks import whole_file as rules
from studio.data.log import Log

HEAD_BYTES = 256 * 1024
_MOST_JOINED = 400
_UTF8_BOM = b"\xef\xbb\xbf"
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"PAR1", "a Parquet table"),
    (b"%PDF", "a PDF document"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_PAGE = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)


def lines_begin(head: bytes, whole: bool, log: Log) -> int | None:
    """The byte at which the lines of a JSONL file begin, or None after the log says why it is none.

    head: the first HEAD_BYTES of the file; whole: there is no more.
    """
    if not head:
        log.add(rules.EMPTY, None)
        return None
    if _not_text(head, log):
        return None
    start = len(_UTF8_BOM) if head.startswith(_UTF8_BOM) else 0
    if start:
        log.add(rules.BOM, 1)
    numbered = enumerate(head[start:].decode("utf-8", "replace").split("\n"), start=1)
    lines = [(number, text.strip()) for number, text in numbered if text and not text.isspace()]
    if lines and _not_lines(lines, whole, log):
        return None
    return start


def _not_text(head: bytes, log: Log) -> bool:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            log.add(rules.BINARY, None, what=what)
            return True
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _zeros(head[:4096])
    if encoding:
        log.add(rules.UTF16, None, encoding=encoding)
    elif head[:4096].count(0) * 10 > len(head[:4096]):
        log.add(rules.BINARY, None, what="a program's own format")
    elif _PAGE.match(head):
        log.add(rules.WEB_PAGE, 1, None, head[:200].decode("utf-8", "replace"))
    else:
        return False
    return True


def _zeros(head: bytes) -> str | None:
    """UTF-16 without a mark, by every second byte being zero as in plain Latin text."""
    for offset in (0, 1):
        half, other = head[offset::2], head[1 - offset :: 2]
        if len(half) > 1 and half.count(0) * 10 > len(half) * 7 and not other.count(0):
            return "UTF-16"
    return None


def _not_lines(lines: list[tuple[int, str]], whole: bool, log: Log) -> bool:
    number, first = lines[0]
    unfinished = len(lines) == 1 and not whole
    if first.startswith("["):
        wrong = unfinished or _is_list(lines)
        rule = rules.ARRAY
    elif first.startswith("{"):
        wrong = not unfinished and _over_lines(lines, whole)
        rule = rules.PRETTY
    else:
        wrong = not any(text.startswith(("{", "[")) or _end(text) == "closed" for _, text in lines[:20])
        rule = rules.TABLE if len(lines) > 1 and _columns(first) and _columns(lines[1][1]) else rules.NOT_JSON
    if wrong:
        log.add(rule, number, None, first)
    return wrong


def _columns(text: str) -> bool:
    return any(mark in text for mark in ",;\t|")


def _is_list(lines: list[tuple[int, str]]) -> bool:
    """One list over the whole file, not a list on each line (those are rows that are no objects)."""
    end = _end(lines[0][1])
    if end == "closed":
        return len(lines) == 1
    return end == "open" and (len(lines) == 1 or not lines[1][1].startswith("["))


def _over_lines(lines: list[tuple[int, str]], whole: bool) -> bool:
    first = lines[0][1]
    if _end(first) != "open" or len(lines) == 1:
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
