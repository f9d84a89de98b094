"""Characters that do not belong into a text: marks of chat templates, and what cannot be seen."""

import re

SPECIAL = re.compile(
    r"[<\[](?:\|[A-Za-z0-9_]{2,40}\|>|｜[^｜\n]{2,40}｜>|/?s>|/?INST\]|</?SYS>>|(?:start|end)_of_turn>"
    r"|(?:bos|eos|pad|unk)>)"
)
"""Marks that models use between turns and at the ends of texts: of ChatML, Llama 2 to 4, Gemma, DeepSeek and
others. <s> and </s> are marks of Llama 2 and also strike text out in web pages."""

# What the second and later bytes of a letter in UTF-8 become when they are read as Windows-1252; five of them have no
# letter there.
_LATER = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_LATER_CLASS = f"[{re.escape(_LATER)}]"

DAMAGED = re.compile(f"\u00c3{_LATER_CLASS}|\u00c2[\u00a0-\u00bf]|\u00e2\u20ac{_LATER_CLASS}")
"""Letters of UTF-8 that were read as Windows-1252, the frequent ones: \u00c3\u00a9 for \u00e9."""

_ONE_LETTER = re.compile(
    f"[\u00c2-\u00df]{_LATER_CLASS}|[\u00e0-\u00ef]{_LATER_CLASS}{{2}}|[\u00f0-\u00f4]{_LATER_CLASS}{{3}}"
)


def restored(text: str) -> str:
    """The text with such letters as they were; the same object where it holds none."""
    while DAMAGED.search(text):
        mended = _ONE_LETTER.sub(lambda found: _as_utf8(found.group()), text)
        if mended == text:
            break
        text = mended
    return text


def _as_utf8(letters: str) -> str:
    raw = b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in letters)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return letters


INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u180e\u200b\u2060\ufeff\u202d\u202e]")
"""Control characters, soft hyphens, zero-width spaces, reversals of direction. The zero-width joiners U+200C and U+200D
are not among them: Persian, Hindi and emoji need them."""
