"""Rules about a line that is not JSON, and the search for its likely cause. The decoding itself is
readers/strict_json.py."""

import re
from typing import Any

from studio.data.log import Log
from studio.data.rules import Rule, quoted


def _rule(name: str, says: str, remedy: str, example: str) -> Rule:
    return Rule(f"json.{name}", "error", says, remedy, example.encode() + b"\n")


SINGLE_QUOTES = _rule(
    "single_quotes",
    "The line is not JSON: single quotes stand at column {column} where double quotes are needed.",
    "Write names and texts in double quotes. In Python, write the rows with json.dumps, not with print or str.",
    "{'prompt': 'a', 'completion': 'b'}",
)
CURLY_QUOTES = _rule(
    "curly_quotes",
    "The line is not JSON: curly quotes stand at column {column} where straight ones are needed.",
    'Replace the curly quotes around names and texts by straight ones (").',
    "{“prompt”: “a”}",
)
TRAILING_COMMA = _rule(
    "trailing_comma",
    "The line is not JSON: there is a comma too many at column {column}.",
    "Remove the comma before the closing bracket.",
    '{"prompt": "a", "completion": "b",}',
)
ROW_COMMA = _rule(
    "row_comma",
    "The line has something after the end of the row: a comma at column {column}.",
    "Remove the comma after the closing brace; rows are parted by line ends alone.",
    '{"prompt": "a", "completion": "b"},',
)
TWO_ROWS = _rule(
    "two_rows",
    "The line holds more than one row: a second one begins at column {column}.",
    "Begin a new line before it.",
    '{"prompt": "a", "completion": "b"} {"prompt": "c", "completion": "d"}',
)
UNCLOSED_STRING = _rule(
    "unclosed_string",
    "The line is not JSON: the text that begins at column {column} has no closing quote.",
    'Close the text with a double quote; inside a text, write \\n for a new line and \\" for a quote.',
    '{"prompt": "a',
)
UNCLOSED = _rule(
    "unclosed",
    "The line ends before its row is closed.",
    "Close the row with its bracket, and if the row goes on in the next line, write it all on one line.",
    '{"prompt": "a", "completion": "b"',
)
CONTROL_CHARACTER = _rule(
    "control_character",
    "The line is not JSON: a raw {what} stands inside a text at column {column}.",
    "Write \\t for a tab and \\n for a new line inside texts.",
    '{"prompt": "a\tb", "completion": "c"}',
)
ESCAPE = _rule(
    "escape",
    "The line is not JSON: the backslash at column {column} begins nothing that JSON knows.",
    "Write a backslash inside a text twice: \\\\",
    '{"prompt": "C:\\data", "completion": "b"}',
)
COMMENT = _rule(
    "comment",
    "The line is a comment, and JSON has no comments.",
    "Remove the line.",
    '// my data\n{"prompt": "a", "completion": "b"}',
)
WORD = _rule(
    "word",
    "The line is not JSON: the word {word} at column {column} is not a JSON value.",
    "Write true, false or null in small letters, and put text in double quotes.",
    '{"prompt": "a", "completion": None}',
)
NOT_A_NUMBER = _rule(
    "not_a_number",
    "The line holds {word} at column {column}, which JSON does not allow.",
    "Write null, or leave the field out.",
    '{"prompt": "a", "completion": "b", "score": NaN}',
)
TOO_DEEP = _rule(
    "too_deep",
    "The line nests brackets more than 100 deep.",
    "Write the row flat, as in the examples of the guide.",
    '{"prompt": ' + "[" * 200 + "]" * 200 + "}",
)
BROKEN = _rule(
    "broken",
    "The line is not JSON: {what} at column {column}.",
    "Compare the line with a good one; often a quote inside a text lacks its backslash, or a comma is missing.",
    '{"prompt": "a" "completion": "b"}',
)
SURROGATE = _rule(
    "surrogate",
    "The line holds half a character (a lone surrogate such as \\ud800), which no text may hold.",
    "Replace the damaged character; an emoji may have been cut in two.",
    '{"prompt": "\\ud800", "completion": "b"}',
)
DUPLICATE_KEY = Rule(
    "json.duplicate_key",
    "warning",
    "The row has the key {key} twice; only the last one counts.",
    "Remove the one that is not meant.",
    b'{"prompt": "a", "prompt": "b", "completion": "c"}\n',
)

RULES = (
    SINGLE_QUOTES,
    CURLY_QUOTES,
    TRAILING_COMMA,
    ROW_COMMA,
    TWO_ROWS,
    UNCLOSED_STRING,
    UNCLOSED,
    CONTROL_CHARACTER,
    ESCAPE,
    COMMENT,
    WORD,
    NOT_A_NUMBER,
    TOO_DEEP,
    BROKEN,
    SURROGATE,
    DUPLICATE_KEY,
)

_WORD = re.compile(r"[^\W\d]\w*")
_CURLY = "“”„‟‘’"
_CONTROL = {"\t": "tab", "\n": "line end", "\r": "carriage return", "\x00": "zero byte"}


def explain(text: str, fault: str, at: int, line: int, log: Log, begin: tuple[int, int] | None = None) -> None:
    """Records the likely cause of a decoding fault. fault: the decoder's own words; at: 0-based place in `text`; line:
    of the row; begin: line and characters before it in that line where the text begins, if that is not the row's."""
    rule, values = _cause(text, fault, at)
    values["column"] = place_of(text, at, line, begin)
    log.add(rule, line, None, text[max(0, at - 20) :] if at > 40 else text, **values)


def place_of(text: str, at: int, line: int, begin: tuple[int, int] | None = None) -> str:
    """The column of a place in a text, with its line where that is another than the row's."""
    first, before = begin or (line, 0)
    ends = text.count("\n", 0, at)
    column = at - text.rindex("\n", 0, at) if ends else before + at + 1
    return f"{column}" if first + ends == line else f"{column} of line {first + ends}"


def _cause(text: str, fault: str, at: int) -> tuple[Rule, dict[str, Any]]:
    here, before, after = text[at : at + 1], text[:at].rstrip(), text[at + 1 :].lstrip()
    word = _WORD.match(text, at)
    simple: tuple[tuple[bool, Rule], ...] = (
        (text.lstrip().startswith(("//", "#", "/*")), COMMENT),
        (fault.startswith("Unterminated string"), UNCLOSED_STRING),
        (fault.startswith("Invalid \\"), ESCAPE),
        (fault == "Extra data" and here == ",", ROW_COMMA),
        (fault == "Extra data" and here in ("{", "[") and before.endswith(("}", "]")), TWO_ROWS),
        (here in ("}", "]") and before.endswith(","), TRAILING_COMMA),
        (here == "," and after[:1] in ("}", "]") and fault != "Extra data", TRAILING_COMMA),
        (here == "'", SINGLE_QUOTES),
        (here != "" and here in _CURLY, CURLY_QUOTES),
        (here == "" and before.startswith(("{", "[")), UNCLOSED),
    )
    for holds, rule in simple:
        if holds:
            return rule, {}
    if fault.startswith("Invalid control character"):
        return CONTROL_CHARACTER, {"what": _CONTROL.get(here, "control character")}
    if fault == "Expecting value" and word:
        return WORD, {"word": quoted(word.group())}
    return BROKEN, {"what": _in_words(fault, here)}


def _in_words(fault: str, here: str) -> str:
    wanted = {
        "Expecting ',' delimiter": "a comma or a closing bracket is missing",
        "Expecting ':' delimiter": "a colon is missing",
        "Expecting value": "a value is missing",
        "Extra data": "there is more text after the end of the row",
    }
    return wanted.get(fault, f"{quoted(here)} is not expected" if here else "something is missing")
