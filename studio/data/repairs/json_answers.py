"""Writes JSON answers in one way: the same blanks, the same order of keys. Numbers and texts stay letter by letter."""

import re
from collections import Counter

from studio.data.checks.answers import JSON_SPACING, keys_of
from studio.data.repairs.repair import Repair, with_answer
from studio.data.values import Example

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_MOST_ORDERS = 1000


def spread(text: str, order: dict[str, int]) -> str:
    """A JSON object with a blank after each comma and colon and none elsewhere; the keys of the object itself by
    `order`, others behind in the order they have."""
    members: list[list[str]] = [[]]
    depth = 0
    for token in _TOKEN.findall(text):
        depth -= token in "}]"
        if token == "," and depth == 1:
            members.append([])
        elif depth >= 1:
            members[-1].append({",": ", ", ":": ": "}.get(token, token))
        depth += token in "{["
    named = [(member[0], "".join(member)) for member in members if member]
    named.sort(key=lambda member: order.get(member[0], len(order)))
    return "{" + ", ".join(whole for _, whole in named) + "}"


class Alike:
    """The order of keys is the one that most answers with the same keys have."""

    def __init__(self) -> None:
        self._orders: Counter[tuple[str, ...]] = Counter()
        self._usual: dict[tuple[str, ...], dict[str, int]] = {}

    def see(self, example: Example, number: int) -> None:
        keys = _written_keys(example.answer)
        if keys is not None and (keys in self._orders or len(self._orders) < _MOST_ORDERS):
            self._orders[keys] += 1

    def begin(self) -> None:
        for keys, _ in self._orders.most_common():
            order = {key: place for place, key in enumerate(keys)}
            self._usual.setdefault(tuple(sorted(keys)), order)

    def mend(self, example: Example, number: int) -> Example:
        keys = _written_keys(example.answer)
        if keys is None:
            return example
        return with_answer(example, spread(example.answer, self._usual.get(tuple(sorted(keys)), {})))


def _written_keys(text: str) -> tuple[str, ...] | None:
    """The keys of a JSON object as they are written, quotes and all; None where one comes twice or it is none."""
    known = keys_of(text)
    if known is None:
        return None
    depth, keys, before = 0, [], ""
    for token in _TOKEN.findall(text):
        depth -= token in "}]"
        if token == ":" and depth == 1:
            keys.append(before)
        depth += token in "{["
        before = token
    return tuple(keys) if len(keys) == len(known) else None


REPAIRS = (
    Repair(
        "answers.json_alike",
        "Write JSON answers in one way",
        "JSON answers get the same blanks and the same order of keys; numbers and texts in them stay as they are.",
        ("answers.json_spacing",),
        True,
        "file",
        JSON_SPACING.example,
        Alike,
    ),
)
