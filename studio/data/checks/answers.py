"""Rules about the form of the answers: JSON in most rows and not in others, other keys than in most."""

from typing import Any

import msgspec

from studio.data.batch import Batch
from studio.data.checks.minority import Kinds
from studio.data.log import Log
from studio.data.rules import Rule, listing

LEAST_ROWS = 10
MOST = 0.7
MOST_KEYS = 0.8
MOST_WAYS = 100

NOT_JSON = Rule(
    "answers.not_json",
    "warning",
    "{share:.0%} of the answers are JSON, and this one is not.",
    "Write it as JSON too, or remove the row; the model learns whatever form it sees.",
    b"".join(b'{"prompt": "p%d", "completion": "{\\"a\\": %d}"}\n' % (n, n) for n in range(12))
    + b'{"prompt": "x", "completion": "a: 5"}\n',
)
OTHER_KEYS = Rule(
    "answers.json_keys",
    "warning",
    "The JSON answer has {keys}, while {share:.0%} of them have {usual}.",
    "Use the same names and the same fields in every answer; write null for what is unknown.",
    b"".join(b'{"prompt": "p%d", "completion": "{\\"a\\": %d}"}\n' % (n, n) for n in range(12))
    + b'{"prompt": "x", "completion": "{\\"A\\": 5}"}\n',
)
KEYS_VARY = Rule(
    "answers.json_keys_vary",
    "note",
    "The JSON answers have {kinds} different sets of keys; the most frequent one is {usual} ({share:.0%}).",
    "Where the fields are meant to be the same in every answer, write all of them, with null for what is unknown.",
    b"".join(b'{"prompt": "p%d", "completion": "{\\"a%d\\": %d}"}\n' % (n, n % 3, n) for n in range(12)),
)
JSON_SPACING = Rule(
    "answers.json_spacing",
    "note",
    "The JSON answers are written with differing blanks or order of keys.",
    "Write them all alike; the model then need not learn two ways to say the same.",
    b"".join(b'{"prompt": "p%d", "completion": "{\\"a\\": %d}"}\n' % (n, n) for n in range(12))
    + b'{"prompt": "x", "completion": "{\\"a\\":5}"}\n',
)

RULES = (NOT_JSON, OTHER_KEYS, KEYS_VARY, JSON_SPACING)

_keys_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Form:
    def __init__(self) -> None:
        self._keys: Kinds[tuple[str, ...] | None] = Kinds()
        self._ways: set[tuple[bool, tuple[str, ...]]] = set()

    def see(self, batch: Batch, log: Log) -> None:
        keys = [keys_of(example.answer) for example in batch.examples]
        kinds = [None if names is None else tuple(sorted(names)) for names in keys]
        self._keys.add(kinds, batch, lambda example: example.answer, log)
        for example, names in zip(batch.examples, keys, strict=True):
            if names is not None and len(self._ways) < MOST_WAYS:
                self._ways.add((spaced(example.answer), names))

    def end(self, log: Log) -> None:
        count = self._keys.count
        rows = count.total()
        objects = rows - count[None]
        if rows < LEAST_ROWS or objects < MOST * rows or self._keys.too_many:
            return
        if count[None]:
            self._keys.tell(None, NOT_JSON, None, log, share=objects / rows)
        del count[None]
        usual, most = count.most_common(1)[0]
        values: dict[str, Any] = {"usual": _in_words(usual), "share": most / objects}
        if most == objects:
            orders = {keys for _, keys in self._ways}
            if len({way for way, _ in self._ways}) > 1 or len(orders) > 1:
                log.add(JSON_SPACING, None)
        elif most >= MOST_KEYS * objects:
            for kind in count:
                if kind != usual:
                    self._keys.tell(kind, OTHER_KEYS, None, log, keys=_in_words(kind), **values)
        else:
            log.add(KEYS_VARY, None, kinds=len(count), **values)


def keys_of(text: str) -> tuple[str, ...] | None:
    """The keys of a text that is a JSON object, in its order; None where it is none."""
    first = text[:1]
    if first != "{" and not (first.isspace() and text.lstrip().startswith("{")):
        return None
    try:
        return tuple(_keys_of(text))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


def spaced(text: str) -> bool:
    """Whether a JSON object is written with a blank after the first colon."""
    at = text.find('":')
    return text[at + 2 : at + 3] == " "


def _in_words(keys: tuple[str, ...] | None) -> str:
    return f"the {'key' if len(keys) == 1 else 'keys'} {listing(keys)}" if keys else "no keys"
