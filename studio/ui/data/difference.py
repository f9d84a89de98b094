"""A row before and after a repair, word by word: what goes is struck through, what comes is underlined."""

import difflib
import json
import re
from typing import Any

from studio.data.values import Example
from studio.ui import html, words

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PIECES = 2000
KEPT_AROUND = 60


def row(line: int, before: Any, after: Any) -> str:
    """One row of a preview. before, after: the text of a line, a row as an object, or an example; after None: the row
    goes."""
    place = words.LINE.format(line=html.number(line)) if line else words.ADDED
    old = _text(before)
    shown = f"<del>{html.esc(_cut(old))}</del>" if after is None else between(old, _text(after))
    gone = f' <span class="fs-badge">{html.esc(words.GOES)}</span>' if after is None else ""
    return f'<li><span class="fs-line">{html.esc(place)}</span>{gone}<div class="fs-diff">{shown}</div></li>'


def between(old: str, new: str) -> str:
    """Both texts in one, as HTML; unchanged stretches are shortened."""
    before, after = (_PIECES.findall(text)[:MOST_PIECES] for text in (old, new))
    shown = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        was, now = "".join(before[first:last]), "".join(after[start:end])
        if tag == "equal":
            shown.append(html.esc(_shortened(was)))
        else:
            shown.append(f"<del>{html.esc(_visible(was))}</del>" if was else "")
            shown.append(f"<ins>{html.esc(_visible(now))}</ins>" if now else "")
    return "".join(shown)


def _text(value: Any) -> str:
    if isinstance(value, Example):
        turns = (f"{html.ROLE_WORDS.get(m.role, m.role)}: {m.content}" for m in value.messages + value.rejected)
        return "\n".join([*turns, *([f"{words.LABELS}: {', '.join(value.labels)}"] if value.labels else [])])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _visible(text: str) -> str:
    """A change that cannot be seen gets a sign."""
    return "".join(SIGNS.get(c, c if c.isprintable() or c == "\n" else f"[U+{ord(c):04X}]") for c in text)


SIGNS = {" ": "\u2423", "\t": "\u21e5", "\r": "\u240d", "\u00a0": "[U+00A0]"}


def _shortened(text: str) -> str:
    if len(text) <= 2 * KEPT_AROUND + 10:
        return text
    return f"{text[:KEPT_AROUND]} … {text[-KEPT_AROUND:]}"


def _cut(text: str) -> str:
    return text if len(text) <= 300 else text[:299] + "…"
