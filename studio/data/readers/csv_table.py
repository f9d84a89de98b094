"""Tables as text: CSV, TSV and their like, the delimiter found by trial. Source: RFC 4180.

The first row names the columns. A row is an object of texts; its line is the one where it begins, as a text in quotes
may go over several lines. These end with \\n then, whatever they end with in the file.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import Any

from studio.data.checks import tables
from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.cells import Header
from studio.data.readers.lines import MOST_CHARACTERS, lines_of, text_of
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Mend, Unread

TITLE = "a table (CSV)"
SUFFIXES = (".csv", ".tsv", ".tab", ".psv")

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# For a table of one column: no text has it.
_NONE = "\x1f"
_LOOKED_AT_LINES = 100
_MOST_NAME = 60
_MOST_WORDS = 4
_SHOWN = 400
_HINT = "sep="

# Of the whole process; a field of more characters is told as a fault of its row, and nobody else reads CSV here.
csv.field_size_limit(MOST_CHARACTERS)


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (line, {column: text}); Unread for a row that could not be read."""
    if b"\r" in file.head and b"\n" not in file.head:
        file.recode(lambda block, _: block.replace(b"\r", b"\n"))
    delimiter = _delimiter(file)
    records = _Records(file, log, delimiter)
    header: Header | None = None
    found = False
    for line, cells, text in records:
        found |= header is not None and cells != []
        if cells is None:
            yield line, Unread(text)
        elif not cells:
            if header is not None:
                log.add(rules.BLANK_LINE, line)
        elif header is None and text.rstrip("\r\n").lower() != f"{_HINT}{delimiter}":
            header = Header(cells, line, log)
        elif header is not None:
            yield line, header.row(cells, line, log) or Unread(text)
    if not found:
        log.add(rules.NO_ROWS, None)


def is_table(file: Opened) -> bool:
    """Whether the text of a file of another name is a table beyond doubt: short names on top, and nearly all lines with
    as many cells."""
    lines = _head_lines(file)
    if len(lines) < 2:
        return False
    delimiter, share = _best(lines)
    names = next(csv.reader(lines[:1], delimiter=delimiter), [])
    return share >= 0.9 and len(names) > 1 and len(set(names)) == len(names) and all(map(_is_name, names))


def _is_name(cell: str) -> bool:
    plain = cell.strip()
    return bool(plain) and cell == cell.lstrip() and len(plain) <= _MOST_NAME and len(plain.split()) <= _MOST_WORDS


def _delimiter(file: Opened) -> str:
    lines = _head_lines(file)
    if lines and lines[0].lower().startswith(_HINT) and len(lines[0].rstrip("\r\n")) == len(_HINT) + 1:
        return lines[0][len(_HINT)]
    delimiter, share = _best(lines)
    return delimiter if share else _NONE


def _best(lines: list[str]) -> tuple[str, float]:
    """The delimiter that gives most rows as many cells as the first has, and the share of these rows."""
    found = []
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            found.append((widths.count(widths[0]) / len(widths), widths[0], delimiter))
    share, _, delimiter = max(found, default=(0.0, 0, ","))
    return delimiter, share


def _head_lines(file: Opened) -> list[str]:
    """The first lines with their ends, but for one that is cut."""
    lines = list(io.StringIO(file.head.decode("utf-8", "replace"), newline=""))[: _LOOKED_AT_LINES + 1]
    return lines if file.whole and len(lines) <= _LOOKED_AT_LINES else lines[:-1]


class _TooLong(Exception):  # noqa: N818 - a signal to _Records, not an error anyone sees
    pass


class _Lines:
    """The lines of a file for the csv module, which can be given back to be read anew."""

    def __init__(self, file: Opened, log: Log) -> None:
        self._log = log
        self._lines = lines_of(file.stream)
        self._offset = 0
        self._again: deque[tuple[int, str, bool]] = deque()
        self._size = 0
        self.taken: list[tuple[int, str, bool]] = []
        """(line, text, readable) since `begin`."""

    def begin(self) -> None:
        self.taken = []
        self._size = 0

    def give_back(self, lines: list[tuple[int, str, bool]]) -> None:
        self._again.extendleft(reversed(lines))

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._size > MOST_CHARACTERS:
            raise _TooLong
        taken = self._again.popleft() if self._again else self._read()
        self.taken.append(taken)
        self._size += len(taken[1])
        return taken[1]

    def _read(self) -> tuple[int, str, bool]:
        line, raw, length = next(self._lines)
        text = text_of(raw, line, self._offset, self._log)
        self._offset += length
        shown = raw.decode("utf-8", "replace") if text is None else text
        if len(shown) > MOST_CHARACTERS:
            # A quote in it must not swallow the lines below.
            shown = shown[:_SHOWN].replace('"', "'")
        return line, shown + "\n" if length > len(raw) else shown, text is not None


class _Records:
    """(line, cells, text) of each record; None for the cells where it could not be read."""

    def __init__(self, file: Opened, log: Log, delimiter: str) -> None:
        self._log = log
        self._lines = _Lines(file, log)
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)

    def __iter__(self) -> Iterator[tuple[int, list[str] | None, str]]:
        lines = self._lines
        while True:
            lines.begin()
            cells: list[str] | None = None
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except _TooLong:
                self._log.add(rules.TOO_LONG, lines.taken[0][0], None, lines.taken[0][1])
            except csv.Error as fault:
                # A quote that is never closed swallows the lines below it: they are read anew, by themselves.
                lines.give_back(lines.taken[1:])
                del lines.taken[1:]
                self._log.add(tables.QUOTES, lines.taken[0][0], None, lines.taken[0][1], what=_in_words(fault))
            if not all(readable for _, _, readable in lines.taken):
                cells = None
            yield lines.taken[0][0], cells, "".join(text for _, text, _ in lines.taken)


def _in_words(fault: csv.Error) -> str:
    known = {
        "expected after": "after the closing quote of a cell more text follows",
        "end of data": "a quote that is opened is never closed",
        "larger than": "a quote is opened, and the cell grows too long before it is closed",
    }
    return next((words for part, words in known.items() if part in str(fault)), "it is not written as a table row")
