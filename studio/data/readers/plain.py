"""Plain text and Markdown. Questions and answers become pairs; any other text becomes rows of raw text.

Pairs: parts that begin with a label (Q: and A:, Question: and Answer:, User: and Assistant:, also bold or as a
heading), or headings that ask, each with the text below it. Otherwise a row is a paragraph; a file without a blank line
has a row on each line.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Literal

from studio.data.checks import tables
from studio.data.checks import whole_file as rules
from studio.data.log import Log
from studio.data.readers.lines import MOST_CHARACTERS, lines_of, text_of
from studio.data.readers.opening import Opened
from studio.data.readers.strict_json import Mend, Unread

TITLE = "plain text"
SUFFIXES = (".txt", ".md", ".markdown", ".text")

Side = Literal["asks", "answers", "heading", "ends"]
Label = Callable[[str], tuple[Side, str] | None]
"""Which part begins with this line, and what of the line belongs to its text. 'heading': a question whose answer is the
text below; 'ends': what follows belongs to no pair."""

_ASKS = "q|question|user|human|customer|prompt|frage|pregunta"
_ANSWERS = "a|answer|assistant|bot|ai|agent|completion|response|antwort|respuesta"
_LABEL = re.compile(
    rf"\s*(?:[-*] +)?(?P<heading>#+ +)?(?:\*\*|__)?(?:(?P<asks>{_ASKS})|{_ANSWERS})(?: ?#?\d{{1,6}})?"
    r"(?:(?::(?:\*\*|__)?|(?:\*\*|__):)\s*(?P<text>.*)|(?:\*\*|__)?\s*)",
    re.IGNORECASE,
)
_ASKING = re.compile(r"(?:#+ +(?P<heading>.*\?)|\*\*(?P<bold>.*\?)\*\*)\s*")
_HEADING = re.compile(r"#+ +.*")


def rows(file: Opened, log: Log, mend: Mend | None = None) -> Iterator[tuple[int, Any]]:
    """Each row as (line where it begins, a pair or a text); Unread for a row that could not be read."""
    head = file.head.decode("utf-8", "replace").split("\n")
    label = next((label for label in (_labelled, _asking) if _has_pairs(head, label)), None)
    if label is not None:
        log.add(tables.PLAIN_TEXT, None, what="each question with its answer")
        yield from _pairs(_lines(file, log), label, log)
        return
    by_line = all(line and not line.isspace() for line in head[:-1])
    log.add(tables.PLAIN_TEXT, None, what="each line" if by_line else "each paragraph (blank lines part them)")
    part = _Part()
    for line, text in _lines(file, log):
        if text is not None and (not text or text.isspace()):
            if part.line:
                yield part.line, part.row(_as_text, log)
            part = _Part()
            continue
        part.add(line, text)
        if by_line:
            yield part.line, part.row(_as_text, log)
            part = _Part()
    if part.line:
        yield part.line, part.row(_as_text, log)


def _as_text(text: str) -> dict[str, str]:
    return {"text": text}


def _lines(file: Opened, log: Log) -> Iterator[tuple[int, str | None]]:
    offset = 0
    for line, raw, length in lines_of(file.stream):
        yield line, text_of(raw, line, offset, log)
        offset += length


class _Part:
    """Lines that belong together, up to the most a row may have. line: where they begin, 0 as long as nothing does."""

    def __init__(self, line: int = 0) -> None:
        self.line = line
        self.readable = True
        self._lines: list[str] = []
        self._size = 0

    @property
    def text(self) -> str:
        return "\n".join(self._lines).strip()

    def add(self, line: int, text: str | None) -> None:
        if not self._lines and text is not None and (not text or text.isspace()):
            return
        self.line = self.line or line
        self.readable &= text is not None
        self._size += len(text or "")
        if text is not None and self._size <= MOST_CHARACTERS:
            self._lines.append(text)

    def row(self, make: Callable[[str], Any], log: Log) -> Any:
        if self.readable and self._size > MOST_CHARACTERS:
            log.add(rules.TOO_LONG, self.line, None, self._lines[0] if self._lines else "")
            self.readable = False
        return make(self.text) if self.readable else Unread(self.text)


def _pairs(lines: Iterator[tuple[int, str | None]], label: Label, log: Log) -> Iterator[tuple[int, Any]]:
    asked: _Part | None = None
    answered: _Part | None = None
    here: _Part | None = None
    told = False
    for line, text in lines:
        found = None if text is None else label(text)
        if found is None:
            if here is not None:
                here.add(line, text)
            elif text and not text.isspace() and not told:
                told = True
                log.add(tables.OUTSIDE, line, None, text)
            continue
        side, rest = found
        if side != "answers" or answered is not None:
            yield from _pair(asked, answered, log)
            asked = answered = None
        here = None if side == "ends" else _Part(line)
        if here is not None:
            here.add(line, rest)
        if side == "heading":
            asked, answered = here, _Part()
            here = answered
        elif side == "asks":
            asked = here
        else:
            answered = here
    yield from _pair(asked, answered, log)


def _pair(asked: _Part | None, answered: _Part | None, log: Log) -> Iterator[tuple[int, Any]]:
    if asked is None:
        if answered is not None:
            log.add(tables.NO_QUESTION, answered.line, None, answered.text)
            yield answered.line, Unread(answered.text)
    elif answered is None or (answered.readable and not answered.text):
        log.add(tables.NO_ANSWER, asked.line, None, asked.text)
        yield asked.line, Unread(asked.text)
    else:
        prompt, completion = asked.row(str, log), answered.row(str, log)
        if isinstance(prompt, str) and isinstance(completion, str):
            yield asked.line, {"prompt": prompt, "completion": completion}
        else:
            yield asked.line, Unread(f"{asked.text}\n{answered.text}")


def _labelled(line: str) -> tuple[Side, str] | None:
    found = _LABEL.fullmatch(line)
    if found is None or (found["text"] is None and not (found["heading"] or "**" in line or "__" in line)):
        return None
    return "asks" if found["asks"] else "answers", found["text"] or ""


def _asking(line: str) -> tuple[Side, str] | None:
    found = _ASKING.fullmatch(line)
    if found is not None:
        return "heading", found["heading"] or found["bold"]
    return ("ends", "") if _HEADING.fullmatch(line) else None


def _has_pairs(head: list[str], label: Label) -> bool:
    """Whether questions and answers take turns in most places, and more than once or from the first line on."""
    every = [(number, found[0]) for number, line in enumerate(head) if (found := label(line))]
    sides = [side for _, side in every if side != "ends"]
    pairs = sides.count("heading") or sum(pair == ("asks", "answers") for pair in pairwise(sides))
    begins = bool(every) and not any(line.strip() for line in head[: every[0][0]])
    enough = pairs > 1 or (pairs == 1 and begins and "heading" not in sides)
    return enough and pairs * 2 >= max(sides.count("asks"), sides.count("answers"), len(every) - len(sides))
