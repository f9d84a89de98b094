"""Decodes one line as JSON by the letter of RFC 8259: no NaN, no Infinity, bounded depth, repeated keys noticed.

The standard library's decoder is the base. It is lenient in three points (NaN, depth, digits), which are closed here.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.data.checks import json_faults
from studio.data.log import Log
from studio.data.rules import plain, quoted

MOST_DEPTH = 100
MOST_DIGITS = 400

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_CONSTANTS = re.compile(r'"(?:[^"\\]|\\.)*"?|(-?Infinity|NaN)', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

Mend = Callable[[str], str]
"""Tries to mend a text that is no JSON; the same text where it can do nothing. Bytes that are no UTF-8 come to it as
lone surrogates (the error handler surrogateescape)."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read: its text as it stands in the file, what is no text in it replaced."""

    text: str


class _Constant(Exception):  # noqa: N818 - a signal inside the decoder, not an error anyone sees
    pass


def _refuse(word: str) -> Any:
    raise _Constant(word)


def _whole(digits: str) -> int | float:
    # Python refuses to convert numbers of more than 4,300 digits, and takes quadratic time below.
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


class Decoder:
    """Decodes texts one after the other; not for use by two threads at once."""

    def __init__(self, mend: Mend | None = None) -> None:
        self._repeated: list[str] = []
        self._mend = mend
        self._json = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=_refuse, parse_int=_whole)
        self._decode = self._json.decode

    def decode(self, text: str, line: int, log: Log, begin: tuple[int, int] | None = None) -> Any:
        """The value of `text`, mended where it is not JSON, or Unread after its fault is in the log.

        line: of the row; begin: line and characters before it where the text begins, where that is not the row's.
        """
        try:
            value = self._decode(text)
        except (json.JSONDecodeError, _Constant) as fault:
            self._repeated.clear()
            value = self.mended(text)
            if value is None:
                _explain(text, fault, line, begin, log)
                return Unread(text)
        except RecursionError:
            self._repeated.clear()
            value = None
        return self.checked(value, text, line, log)

    def checked(self, value: Any, text: str, line: int, log: Log) -> Any:
        """The value as it was just decoded from `text`, or Unread for faults that lie beyond the letter of JSON."""
        if text.count("{") + text.count("[") > MOST_DEPTH and _depth(text) > MOST_DEPTH:
            log.add(json_faults.TOO_DEEP, line, None, text)
            return Unread(text)
        if self._repeated:
            for key in dict.fromkeys(self._repeated):
                log.add(json_faults.DUPLICATE_KEY, line, plain(key), text, key=quoted(key))
            self._repeated.clear()
        if "\\u" in text and _SURROGATE.search(text) and not _encodes(value):
            mended = self.mended(text)
            if mended is None:
                log.add(json_faults.SURROGATE, line, None, text)
            return Unread(text) if mended is None else mended
        return value

    def mended(self, text: str) -> Any:
        """The value that the mended text has; None where it cannot be mended."""
        mended = self._mend(text) if self._mend else text
        if mended == text or not _encodes(mended) or _depth(mended) > MOST_DEPTH:
            return None
        try:
            return self._decode(mended)
        except (json.JSONDecodeError, _Constant):
            self._repeated.clear()
            return None

    def ahead(self, text: str, place: int) -> tuple[Any, int] | None:
        """The JSON value that begins at `place` and the place after it; None where none can be read in full. `checked`
        is still to be asked."""
        self._repeated.clear()
        try:
            return self._json.raw_decode(text, place)
        except (json.JSONDecodeError, _Constant, RecursionError):
            return None

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            self._repeated.extend(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made


def _explain(text: str, fault: Exception, line: int, begin: tuple[int, int] | None, log: Log) -> None:
    if isinstance(fault, json.JSONDecodeError):
        json_faults.explain(text, fault.msg, fault.pos, line, log, begin)
        return
    at = next(m.start() for m in _CONSTANTS.finditer(text) if m.group(1))
    column = json_faults.place_of(text, at, line, begin)
    log.add(json_faults.NOT_A_NUMBER, line, None, text[at:], word=fault.args[0], column=column)


def _depth(text: str) -> int:
    deepest = depth = 0
    for token in _TOKENS.finditer(text):
        mark = token.group()[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _encodes(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
