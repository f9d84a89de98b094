"""Rules about which shape the rows have and which keys they hold. formats/ and check.py find them."""

import difflib
from collections.abc import Iterable

from studio.data.rules import Rule, excerpt, listing, quoted

NOT_OBJECT = Rule(
    "row.not_object",
    "error",
    "The line holds {what}, and an object with named fields ({{...}}) is wanted.",
    'Write the row like {{"prompt": "...", "completion": "..."}}.',
    b'{"prompt": "a", "completion": "b"}\n42\n',
)
UNKNOWN = Rule(
    "shape.unknown",
    "error",
    "The rows have {keys}, and none of the known shapes has these.",
    "{remedy}",
    b'{"customer": "refund please", "department": "billing"}\n',
)
MIXED = Rule(
    "shape.mixed",
    "error",
    "The row has the shape {found}, while the file has the shape {wanted}.",
    "Bring all rows of the file into one shape, or split it into two files.",
    b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
    b'{"prompt": "a", "completion": "b"}\n',
)
MISSING_KEY = Rule(
    "row.missing_key",
    "error",
    "The row lacks {missing}; it has {keys}.",
    "{remedy}",
    b'{"prompt": "a", "completion": "b"}\n{"prompt": "c", "completions": "d"}\n',
)
UNUSED_KEY = Rule(
    "row.unused_key",
    "warning",
    "The key {key} is not used.",
    "Remove it if nothing depends on it, or check whether it is a slip of the pen.",
    b'{"prompt": "a", "completion": "b", "extra": 1}\n',
    once=True,
)
NOT_TEXT = Rule(
    "text.not_text",
    "error",
    "{field} is {what}, and text is wanted.",
    "{remedy}",
    b'{"prompt": "a", "completion": null}\n',
)

RULES = (NOT_OBJECT, UNKNOWN, MIXED, MISSING_KEY, UNUSED_KEY, NOT_TEXT)

# What people call these keys elsewhere, the likelier name first.
_NAMES = {
    "messages": ("conversations", "conversation", "turns", "dialogue", "dialog", "chat"),
    "prompt": ("question", "instruction", "input", "text", "query", "request", "source", "user", "utterance", "q"),
    "completion": (
        *("answer", "output", "response", "label", "target", "reply", "category", "intent", "summary"),
        *("assistant", "translation", "class", "a"),
    ),
}


def keys_in_words(keys: Iterable[object]) -> str:
    every = list(keys)
    return "no keys" if not every else f"the {'key' if len(every) == 1 else 'keys'} {listing(every)}"


def what_is(value: object) -> str:
    """The JSON kind of a value, with its article."""
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "empty (null)" if value is None else names[type(value)]


def shown(value: object) -> str:
    """A value as a word in a sentence: a number as it is, anything else by its kind."""
    return excerpt(repr(value))[:20] if type(value) in (int, float) else what_is(value)


def text_remedy(value: object) -> str:
    """What to do about a value that is not text."""
    if value is None:
        return "Write the text, or remove the row."
    if isinstance(value, list):
        return "Write one text in quotes; pictures and other parts cannot be trained on in this version."
    if isinstance(value, dict):
        return 'Write the object as text: in quotes, with \\" for the quotes inside.'
    return "Put the value in double quotes."


def rename_remedy(keys: Iterable[object], wanted: Iterable[str]) -> str:
    """Which keys to rename so that the `wanted` ones are there, as far as the names tell."""
    free = [str(key) for key in keys]
    pairs = []
    for want in wanted:
        if want in free:
            free.remove(want)
            continue
        near = _nearest(want, free)
        if near is None:
            return ""
        free.remove(near)
        pairs.append(f"{quoted(near)} to {quoted(want)}")
    return f"Rename {' and '.join(pairs)}." if pairs else ""


def _nearest(want: str, free: list[str]) -> str | None:
    lowered = {key.lower(): key for key in reversed(free)}
    near = difflib.get_close_matches(want, lowered, n=1, cutoff=0.75)
    names = _NAMES.get(want, ())
    known = [name for name in names if name in lowered]
    return lowered[near[0]] if near else lowered[known[0]] if known else None
