"""Repairs of lines that are not JSON. A change is kept only where the line can be read afterwards."""

import ast
import json
import re
import string
import warnings
from collections.abc import Callable

from studio.data.repairs.repair import Line, Repair

_MOST_CHARACTERS = 200_000
_MOST_DEPTH = 90

_TEXT = r'"(?:[^"\\]|\\.)*"'
_WHOLE_TEXT = re.compile(_TEXT, re.DOTALL)
_COMMAS = re.compile(rf"({_TEXT})|,[\s,]*", re.DOTALL)
_NO_NUMBER = re.compile(rf"({_TEXT})|-?\b(?:Infinity|NaN)\b", re.DOTALL)
_WORD = re.compile(rf"({_TEXT})|\b(True|False|None|TRUE|FALSE|NULL|Null|undefined)\b", re.DOTALL)
_WORDS = {"true": "true", "false": "false"}
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(.?))', re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f]")
_CURLY = str.maketrans("“”„‟", '""""')
_HALF = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def _outside(pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> Line:
    """Changes what the pattern finds outside of texts; its first group is a whole text, which stays."""
    return lambda text: pattern.sub(lambda found: found.group(1) or change(found), text)


def _without_commas(text: str) -> str:
    def mended(found: re.Match[str]) -> str:
        closes = text[found.end() : found.end() + 1] in ("}", "]")
        return found.group().replace(",", "") if closes and not found.group(1) else found.group()

    kept = _COMMAS.sub(mended, text)
    bare = kept.rstrip(f",{string.whitespace}")
    return bare if "," in kept[len(bare) :] and bare.endswith(("}", "]")) else kept


def _python_literal(text: str) -> str:
    """A row as Python prints it: single quotes, None, True. Read as a Python value, never run."""
    is_python = text.lstrip().startswith("{") and "'" in _WHOLE_TEXT.sub("", text)
    if not is_python or len(text) > _MOST_CHARACTERS or _brackets(text) > _MOST_DEPTH:
        return text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text.strip().rstrip(","))
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


def _brackets(text: str) -> int:
    return max(text.count("{"), text.count("["), text.count("("))


def _escaped(text: str) -> str:
    """Backslashes that begin nothing are doubled, raw tabs and the like are written out, inside of texts alone."""
    doubled = _ESCAPE.sub(lambda found: found.group() if found.group(1) is None else "\\\\" + found.group(1), text)
    return _WHOLE_TEXT.sub(lambda found: _CONTROL.sub(lambda c: f"\\u{ord(c.group()):04x}", found.group()), doubled)


def _whole_characters(text: str) -> str:
    return _HALF.sub(lambda found: "\\ufffd" if found.group(1) else found.group(), text)


def _windows_bytes(text: str) -> str:
    """Bytes that are no UTF-8 come as lone surrogates."""
    return re.sub("[\udc80-\udcff]+", lambda found: _as_windows(found.group()), text)


def _as_windows(surrogates: str) -> str:
    return surrogates.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _repair(name: str, title: str, says: str, rules: str, example: str, mend: Line, safe: bool = True) -> Repair:
    rows = '{"prompt": "p", "completion": "q"}\n' + example + "\n"
    return Repair(
        f"json.{name}", title, says, tuple(f"json.{r}" for r in rules.split()), safe, "line", rows.encode(), mend
    )


REPAIRS = (
    _repair(
        "python_rows",
        "Turn rows that Python printed into JSON",
        "Rows with single quotes, None, True and False are written as JSON.",
        "single_quotes word",
        "{'prompt': 'a', 'completion': 'it is \"b\"', 'score': None}",
        _python_literal,
    ),
    _repair(
        "curly_quotes_straight",
        "Make curly quotes straight",
        "Curly quotes are replaced by straight ones where the line can then be read.",
        "curly_quotes",
        "{“prompt”: “a”, “completion”: “b”}",
        lambda text: text.translate(_CURLY),
    ),
    _repair(
        "trailing_commas",
        "Remove commas that are one too many",
        "Commas before a closing bracket and after the row are removed.",
        "trailing_comma row_comma",
        '{"prompt": "a", "completion": "b",},',
        _without_commas,
    ),
    _repair(
        "words",
        "Write true, false and null as JSON has them",
        "None, True, NULL and the like are replaced by null, true and false.",
        "word",
        '{"prompt": "a", "completion": "b", "done": True}',
        _outside(_WORD, lambda found: _WORDS.get(found.group(2).lower(), "null")),
    ),
    _repair(
        "not_numbers",
        "Replace NaN and Infinity by null",
        "NaN and Infinity, which JSON does not know, are replaced by null.",
        "not_a_number",
        '{"prompt": "a", "completion": "b", "score": -Infinity}',
        _outside(_NO_NUMBER, lambda found: "null"),
    ),
    _repair(
        "escapes",
        "Mend backslashes and raw tabs inside texts",
        "A backslash that begins nothing is doubled, and raw tabs and the like are written as JSON wants them.",
        "escape control_character",
        '{"prompt": "C:\\data\tx", "completion": "b"}',
        _escaped,
    ),
    _repair(
        "half_characters",
        "Replace half characters",
        "Half a character, such as a cut emoji, is replaced by the sign \ufffd.",
        "surrogate",
        '{"prompt": "\\ud83d", "completion": "b"}',
        _whole_characters,
    ),
    Repair(
        "json.windows_bytes",
        "Read damaged letters as Windows does",
        "Bytes that are no UTF-8 are read as Windows-1252, as older programs write; look at the accents afterwards.",
        ("line.not_utf8", "row.not_utf8"),
        False,
        "line",
        b'{"prompt": "caf\xe9", "completion": "coffee"}\n{"prompt": "p", "completion": "q"}\n',
        _windows_bytes,
    ),
)
