"""A window that moves over the text of a JSON file and knows line and column; what lies behind it is forgotten."""

import codecs
import re

from studio.data.readers.lines import MOST_CHARACTERS
from studio.data.readers.opening import Opened

MOST = 4 * MOST_CHARACTERS
_BLOCK = 1 << 18
_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r'[^\s,\]}\[{"]*')
_MARK = re.compile(r'["\[\]{}]')
_IN_TEXT = re.compile(r'["\\]')


class Window:
    """`text` from `at` on is still to be read. line (1-based) and column (characters before it in its line) are those
    of `at`; fresh: only spaces stand before it in its line. A byte that is no UTF-8 stands in the text as a lone
    surrogate."""

    def __init__(self, file: Opened) -> None:
        self._stream = file.stream
        self._bytes = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.text, self.at, self.line, self.column = "", 0, 1, 0
        self.ended = False
        self.fresh = True

    def more(self) -> bool:
        """Takes in a further block of text, the larger the more there is already; False at the end of the file."""
        if self.ended:
            return False
        block = self._stream.read(max(_BLOCK, len(self.text) - self.at))
        self.ended = not block
        self.text = self.text[self.at :] + self._bytes.decode(block, self.ended)
        self.at = 0
        return True

    def move(self, count: int) -> None:
        """Goes `count` characters on."""
        ends = self.text.count("\n", self.at, self.at + count)
        self.line += ends
        here = self.at + count
        self.column = here - self.text.rindex("\n", self.at, here) - 1 if ends else self.column + count
        self.at = here
        self.fresh = False

    def peek(self) -> str:
        """The next character that is no space, '' at the end of the file; spaces are passed."""
        while True:
            found = _SPACE.match(self.text, self.at)
            assert found
            fresh = self.fresh or "\n" in found.group()
            self.move(found.end() - self.at)
            self.fresh = fresh
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def after(self, ahead: int) -> int:
        """How many characters ahead of `at` the next one that is no space stands, looked for from `ahead` on."""
        while True:
            found = _SPACE.match(self.text, self.at + ahead)
            assert found
            if found.end() < len(self.text) or not self.more():
                return found.end() - self.at

    def skip(self, keep: bool = False) -> int:
        """The length of the value that begins here, by its brackets and quotes alone; 0 where it does not end.

        Goes behind the value, however long, without keeping it; with `keep` stays, and looks at this text alone.
        """
        brackets = _Brackets()
        passed, ahead = 0, 0
        while True:
            end = brackets.feed(self.text, self.at + ahead)
            if end is not None:
                length = passed + end - self.at
                if not keep:
                    self.move(end - self.at)
                return length
            size = len(self.text) - self.at
            if keep:
                return 0
            self.move(size)
            passed += size
            if not self.more():
                return 0


class _Brackets:
    """Finds where a value ends, over several blocks of text."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_text = self._escaped = self._begun = False

    def feed(self, text: str, at: int) -> int | None:
        """The place after the value's end; None where it is not in this text."""
        if not self._begun:
            self._begun = True
            if text[at] not in '"[{':
                found = _WORD.match(text, at)
                assert found
                return max(found.end(), at + 1)
        at += self._escaped
        self._escaped = False
        while found := (_IN_TEXT if self._in_text else _MARK).search(text, at):
            at = found.end()
            mark = found.group()
            if mark == "\\":
                self._escaped = at == len(text)
                at += 1
                continue
            self._in_text = mark == '"' and not self._in_text
            self._depth += (mark in "[{") - (mark in "]}")
            if self._depth <= 0 and not self._in_text:
                return at
        return None
