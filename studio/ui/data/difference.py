"""A row before and after a repair, word by word: what goes is struck through, what comes is underlined."""

import difflib
import re

from studio.ui import html, words

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PIECES = 600
KEPT_AROUND = 60
SIGNS = {" ": "\u2423", "\t": "\u21e5", "\r": "\u240d", "\u00a0": "[U+00A0]"}


def row(line: int, before: str, after: str) -> str:
    """One row of a preview. after: '' where the row goes."""
    place = words.LINE.format(line=html.number(line)) if line else words.ADDED
    shown = between(before, after) if after else f"<del>{html.esc(_cut(before))}</del>"
    gone = "" if after else f' <span class="fs-badge">{html.esc(words.GOES)}</span>'
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


def _visible(text: str) -> str:
    """A change that cannot be seen gets a sign."""
    return "".join(SIGNS.get(c, c if c.isprintable() or c == "\n" else f"[U+{ord(c):04X}]") for c in text)


def _shortened(text: str) -> str:
    if len(text) <= 2 * KEPT_AROUND + 10:
        return text
    return f"{text[:KEPT_AROUND]} … {text[-KEPT_AROUND:]}"


def _cut(text: str) -> str:
    return text if len(text) <= 300 else text[:299] + "…"
