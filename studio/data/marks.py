"""Characters that do not belong into a text: marks of chat templates, and what cannot be seen."""

import re

SPECIAL = re.compile(
    r"[<\[](?:\|[A-Za-z0-9_]{2,40}\|>|｜[^｜\n]{2,40}｜>|/?s>|/?INST\]|</?SYS>>|(?:start|end)_of_turn>"
    r"|(?:bos|eos|pad|unk)>)"
)
"""Marks that models use between turns and at the ends of texts: of ChatML, Llama 2 to 4, Gemma, DeepSeek and
others. <s> and </s> are marks of Llama 2 and also strike text out in web pages."""

INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u180e\u200b\u2060\ufeff\u202d\u202e]")
"""Control characters, soft hyphens, zero-width spaces, reversals of direction. The zero-width joiners U+200C and U+200D
are not among them: Persian, Hindi and emoji need them."""
