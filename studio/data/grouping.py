"""Which rows must stay on one side of a split, and in which order such groups are taken for the held-out parts.

Everything goes by the hash of what rows say, not by their place, so that a sorted or shuffled copy splits the same.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from studio.data.checks.labels import LabelCount
from studio.data.keys import example_digest, row_digest
from studio.data.near import Near
from studio.data.values import Example

Groups = list[list[int]]

_BATCH = 4096


def by_key(keys: Iterable[Hashable]) -> Groups:
    """Rows with the same key together."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        groups[key].append(row)
    return list(groups.values())


def prompts_of(examples: Sequence[Example]) -> list[bytes]:
    """A digest of each row's prompt; of the row itself where it has none, as raw text."""
    return [row_digest(example.prompt) if example.prompt else example_digest(example) for example in examples]


def near_prompts(examples: Sequence[Example]) -> list[int]:
    """A number for each row: rows whose prompts are nearly the same, directly or by way of others, have the same one.
    Linear in rows."""
    digests = prompts_of(examples)
    asked = {digest: asked_of(example) for digest, example in zip(digests, examples, strict=True)}
    # In the order of the digests: which of two prompts comes first must not depend on the file.
    ordered = sorted(asked)
    joined = _Joined(len(ordered))
    near = Near(1)
    for start in range(0, len(ordered), _BATCH):
        found = near.put([asked[digest] for digest in ordered[start : start + _BATCH]])
        for place in np.flatnonzero(found >= 0):
            joined.join(start + int(place), int(found[place]))
    number = {digest: joined.root(place) for place, digest in enumerate(ordered)}
    return [number[digest] for digest in digests]


def joined_keys(*keys: Sequence[Hashable]) -> list[int]:
    """A number for each row: rows that have any of the keys in common, directly or by way of others, have the same."""
    rows = len(keys[0])
    joined = _Joined(rows)
    for column in keys:
        first: dict[Hashable, int] = {}
        for row, key in enumerate(column):
            joined.join(row, first.setdefault(key, row))
    return [joined.root(row) for row in range(rows)]


def strata(examples: Sequence[Example]) -> list[str]:
    """The label of each row; the same word for all rows where they have no labels."""
    count = LabelCount()
    for example in examples:
        count.add(example)
    if not count.are_labels():
        return [""] * len(examples)
    return [" ".join(example.labels) or example.answer for example in examples]


def in_order(groups: Groups, digests: Sequence[bytes], seed: int, kinds: Sequence[str]) -> Groups:
    """The groups in the order in which the seed takes them. Any beginning of it holds each kind about in proportion:
    of a kind with n groups the k-th comes at (k + 1/2) / n. digests and kinds: of each row."""
    ranked = sorted((_rank(group, digests, seed), group) for group in groups)
    by_kind: dict[str, list[tuple[bytes, list[int]]]] = defaultdict(list)
    for rank, group in ranked:
        by_kind[_kind(group, kinds)].append((rank, group))
    placed = [
        ((2 * place + 1) / (2 * len(same)), rank, group)
        for same in by_kind.values()
        for place, (rank, group) in enumerate(same)
    ]
    return [group for _, _, group in sorted(placed)]


def _rank(group: list[int], digests: Sequence[bytes], seed: int) -> bytes:
    least = min(digests[row] for row in group)
    return hashlib.sha256(str(seed).encode() + b"\n" + least).digest()


def _kind(group: list[int], kinds: Sequence[str]) -> str:
    found = Counter(kinds[row] for row in group)
    return min(found, key=lambda kind: (-found[kind], kind))


def asked_of(example: Example) -> str:
    """What a row asks, without the system prompt; its text where it asks nothing."""
    turns = example.prompt or example.messages
    return "\n".join(message.content for message in turns if message.role != "system")


class _Joined:
    """Union-find: numbers that were joined have the same root, the smallest of them."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first
