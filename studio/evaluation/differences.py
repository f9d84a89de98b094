"""Where an answer differs from the wanted one, word by word; for the page and for the report."""

import difflib
import re
from html import escape

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PIECES = 600


def marked(wanted: str, answer: str) -> str:
    """The answer as HTML: what is too much in it is <ins>, what it lacks of the wanted answer is <del>."""
    before, after = (_PIECES.findall(text)[:MOST_PIECES] for text in (wanted, answer))
    shown = []
    for tag, first, last, start, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = escape("".join(before[first:last])), escape("".join(after[start:end]))
        if tag == "equal":
            shown.append(now)
        else:
            shown.append((f"<del>{was}</del>" if was else "") + (f"<ins>{now}</ins>" if now else ""))
    return "".join(shown)
