"""Decodes one line as JSON by the letter of RFC 8259: no NaN, no Infinity, bounded depth, repeated keys noticed.

The standard library's decoder is the base. It is lenient in three points (NaN, depth, digits), which are closed here.
"""

import json
import re
from typing import Any

from studio.data.checks import json_faults
from studio.data.log import Log
from studio.data.rules import plain, quoted

MOST_DEPTH = 100
MOST_DIGITS = 400

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_CONSTANTS = re.compile(r'"(?:[^"\\]|\\.)*"?|(-?Infinity|NaN)', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

BAD = object()
"""What `decode` returns for text that is no JSON; None is a good JSON value."""


class _Constant(Exception):  # noqa: N818 - a signal inside the decoder, not an error anyone sees
    pass


def _refuse(word: str) -> Any:
    raise _Constant(word)


def _whole(digits: str) -> int | float:
    # Python refuses to convert numbers of more than 4,300 digits, and takes quadratic time below.
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


class Decoder:
    """Decodes lines one after the other; not for use by two threads at once."""

    def __init__(self) -> None:
        self._repeated: list[str] = []
        self._decode = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=_refuse, parse_int=_whole).decode

    def decode(self, text: str, line: int, log: Log) -> Any:
        """The value of `text`, or BAD after its fault is in the log."""
        if text.count("{") + text.count("[") > MOST_DEPTH and _depth(text) > MOST_DEPTH:
            log.add(json_faults.TOO_DEEP, line, None, text)
            return BAD
        try:
            value = self._decode(text)
        except json.JSONDecodeError as fault:
            json_faults.explain(text, fault.msg, fault.pos, line, log)
            value = BAD
        except _Constant as constant:
            column = next(m.start() for m in _CONSTANTS.finditer(text) if m.group(1)) + 1
            log.add(json_faults.NOT_A_NUMBER, line, None, text[column - 1 :], word=constant.args[0], column=column)
            value = BAD
        if self._repeated:
            if value is not BAD:
                for key in dict.fromkeys(self._repeated):
                    log.add(json_faults.DUPLICATE_KEY, line, plain(key), text, key=quoted(key))
            self._repeated.clear()
        if "\\u" in text and value is not BAD and _SURROGATE.search(text) and not _encodes(value):
            log.add(json_faults.SURROGATE, line, None, text)
            return BAD
        return value

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            self._repeated.extend(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made


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
