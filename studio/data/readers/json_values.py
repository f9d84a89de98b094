"""JSON that is not one row a line: a list of rows, rows spread over several lines, an object that holds a list of rows.

A row is decoded as soon as it lies in the window in full. A broken row is left out, and the reading goes on behind it:
where its brackets close, or where a later line begins a row at the same indentation.
"""

import re
from collections.abc import Iterator
from typing import Any

from studio.data.checks import json_faults
from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.lines import MOST_CHARACTERS
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Decoder, Mend, Unread
from studio.data.readers.window import MOST, Window
from studio.data.rules import quoted

TITLE = "JSON with rows over several lines or in one list"
SUFFIXES = (".json",)

# Lists of objects that are part of one row; any other list of objects in an object is taken for the rows.
PARTS = frozenset(
    ("messages", "conversations", "conversation", "tools", "functions", "chosen", "rejected", "input", "prompt")
) | {"preferred_output", "non_preferred_output", "completion"}
_NONE = object()
_NO_TEXT = re.compile("[\udc80-\udcff]")


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (line where it begins, JSON value); Unread for a row that could not be read. Of rows that begin in
    the same line, each later one counts on."""
    return _Reading(file, log, mend).rows()


class _Reading:
    def __init__(self, file: Opened, log: Log, mend: Mend | None) -> None:
        self._log = log
        self._window = Window(file)
        self._decoder = Decoder(mend)
        self._count = self._last = 0

    def rows(self) -> Iterator[tuple[int, Any]]:
        window = self._window
        first = window.peek()
        ahead = self._list_ahead() if first == "{" else 0
        if first == "[" or ahead:
            window.move(ahead + 1)
            yield from self._listed()
            if ahead:
                self._rest_of_object()
            if window.peek():
                self._fault("Extra data")
        else:
            while window.peek():
                yield self._row()
                if window.peek() == ",":
                    self._fault("Extra data")
                    window.move(1)
        if not self._count:
            self._log.add(rules.NO_ROWS, 1)

    def _listed(self) -> Iterator[tuple[int, Any]]:
        """The rows of a list, from behind its bracket to behind the one that closes it."""
        window = self._window
        comma, whole = False, True
        while mark := window.peek():
            if mark == "]":
                if comma:
                    self._log.add(json_faults.TRAILING_COMMA, window.line, None, mark, column=window.column + 1)
                window.move(1)
                return
            if mark in ",:}":
                self._fault("Expecting value")
                window.move(1)
                continue
            line, value = self._row()
            whole = not isinstance(value, Unread)
            yield line, value
            comma = window.peek() == ","
            if comma:
                window.move(1)
            elif window.peek() not in ("]", ""):
                self._fault("Expecting ',' delimiter")
        if whole:
            self._log.add(json_faults.UNCLOSED, window.line)

    def _row(self) -> tuple[int, Any]:
        """The row that begins here; the window stands behind it then."""
        self._count += 1
        window = self._window
        begin = window.line, window.column
        # Rows that share a line are counted on, so that every row has a number of its own.
        line = self._last = max(window.line, self._last + 1)
        value, length = self._found()
        text = window.text[window.at : window.at + length]
        window.move(length)
        if not length:
            text = window.text[window.at : window.at + MOST_CHARACTERS + 1]
            window.skip()
        if len(text) > MOST_CHARACTERS:
            self._log.add(rules.TOO_LONG, line, None, text)
            return line, Unread(_shown(text[:MOST_CHARACTERS]))
        bad = None if text.isascii() else _NO_TEXT.search(text)
        if bad is not None:
            mended = self._decoder.mended(text)
            if mended is None:
                column = json_faults.place_of(text, bad.start(), line, begin)
                shown = _shown(text[max(0, bad.start() - 40) : bad.start() + 80])
                self._log.add(rules.NOT_UTF8_INSIDE, line, None, shown, column=column)
                return line, Unread(_shown(text))
            return line, mended
        if value is _NONE:
            return line, self._decoder.decode(text, line, self._log, begin)
        return line, self._decoder.checked(value, text, line, self._log)

    def _found(self) -> tuple[Any, int]:
        """The value that begins here, _NONE where it is broken, and its length; 0 where it goes on without end."""
        window = self._window
        while True:
            found = self._decoder.ahead(window.text, window.at)
            if found and (found[1] < len(window.text) or window.ended):
                return found[0], found[1] - window.at
            if len(window.text) - window.at > MOST or not window.more():
                break
        text, at = window.text, window.at
        closed = window.skip(keep=True)
        near = re.compile(rf"\n[ \t]{{{window.column}}}\{{").search(text, at) if window.fresh else None
        if near and not 0 < closed < near.start() - at:
            row = text[at : near.start()].rstrip()
            return _NONE, max(1, len(row) - row.endswith(","))
        return _NONE, closed or (len(text) - at if window.ended else 0)

    def _list_ahead(self) -> int:
        """How far ahead the list of rows begins inside the object that begins here; 0 where the object is a row."""
        window = self._window
        ahead = 0
        while True:
            ahead = window.after(ahead + 1)
            key = self._value_ahead(ahead)
            if key is None or not isinstance(key[0], str):
                return 0
            ahead = window.after(key[1])
            if window.text[window.at + ahead :][:1] != ":":
                return 0
            ahead = window.after(ahead + 1)
            inner = window.after(ahead + 1)
            if window.text[window.at + ahead] == "[" and window.text[window.at + inner :][:1] == "{":
                return 0 if key[0] in PARTS or self._more_follow() else ahead
            value = self._value_ahead(ahead)
            if value is None:
                return 0
            ahead = window.after(value[1])
            if window.text[window.at + ahead :][:1] != ",":
                return 0

    def _value_ahead(self, ahead: int) -> tuple[Any, int] | None:
        """The value that begins so far ahead, and how far ahead it ends."""
        window = self._window
        while True:
            found = self._decoder.ahead(window.text, window.at + ahead)
            if found and (found[1] < len(window.text) or window.ended):
                return found[0], found[1] - window.at
            if len(window.text) - window.at > MOST or not window.more():
                return None

    def _more_follow(self) -> bool:
        """Whether more objects come after the one that begins here: then each is a row, whatever lists it holds."""
        value = self._value_ahead(0)
        if value is None:
            return False
        return bool(self._window.text[self._window.at + self._window.after(value[1]) :])

    def _rest_of_object(self) -> None:
        """Passes what stands in the object behind its list of rows; says where it is a list of rows too."""
        window = self._window
        while window.peek() == ",":
            window.move(1)
            window.peek()
            key = self._value_ahead(0)
            window.skip()
            if key is None or window.peek() != ":":
                break
            window.move(1)
            window.peek()
            if window.text[window.at + window.after(1) :][:1] == "{" and window.peek() == "[":
                self._log.add(rules.SECOND_LIST, window.line, None, key=quoted(key[0]))
            if not window.skip():
                break
        if window.peek() == "}":
            window.move(1)
        else:
            self._fault("Expecting ',' delimiter")

    def _fault(self, fault: str) -> None:
        """Records a fault between the rows, at the next character."""
        window = self._window
        begin = max(window.text.rfind("\n", 0, window.at) + 1, window.at - 80)
        line = window.text[begin : window.at + 80].split("\n")[0]
        at = window.at - begin
        json_faults.explain(line, fault, at, window.line, self._log, (window.line, window.column - at))


def _shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
