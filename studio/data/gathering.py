"""What a split goes by, gathered while rows stream by: digests and labels, no text.

Everything goes by the hash of what rows say, not by their place, so that a sorted or shuffled copy splits the same. A
row takes 8 to 30 bytes of memory, and 32 on the disk.
"""

import hashlib
import itertools
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.labels import LabelCount
from studio.data.joined import Joined
from studio.data.keys import asked_of, example_digest, prompt_digest
from studio.data.near import VALUES, Near, minima
from studio.data.seen import Blocks, Seen
from studio.data.values import Example
from studio.errors import DataError

MOST_NEAR = 1_000_000
"""Different prompts among which near ones are looked for; 130 bytes each are held for that."""
_BATCH = 4096
_BLOCK_ROWS = 1 << 16
_SORTED_AT_ONCE = 500_000
_SIZE = 32


class Digests:
    """SHA-256 of each row, in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object

    def add(self, digests: Sequence[bytes]) -> None:
        self._file.write(b"".join(digests))

    def ranks(self, seed: int) -> NDArray[np.uint64]:
        """The rank of each row by all that it says."""
        ranks = array("Q")
        for block in self._blocks():
            ranks.extend(rank(block[at : at + _SIZE], seed) for at in range(0, len(block), _SIZE))
        return np.frombuffer(ranks, np.uint64)

    def sorted(self, chosen: NDArray[np.bool_]) -> Iterator[NDArray[np.bytes_]]:
        """The digests of the chosen rows in order, some at a time, so that few are held at once."""
        buckets = 1 + len(chosen) // _SORTED_AT_ONCE
        for bucket in range(buckets):
            found = []
            for start, block in zip(itertools.count(0, _BLOCK_ROWS), self._blocks(), strict=False):
                digests = np.frombuffer(block, f"S{_SIZE}")
                first = np.frombuffer(block, np.uint8)[::_SIZE].astype(np.int64)
                found.append(digests[chosen[start : start + len(digests)] & (first * buckets // 256 == bucket)])
            digests = np.concatenate(found)
            digests.sort()
            yield digests

    def _blocks(self) -> Iterator[bytes]:
        self._file.seek(0)
        while block := self._file.read(_BLOCK_ROWS * _SIZE):
            yield block


class Gathered:
    """ranks: of each row's prompt by the seed; kinds: the number of its label, labels in the order of the alphabet, all
    0 where rows have none; prompts: the beginning of the prompt's digest; near: a number that near prompts share.
    Empty where they were not asked for. rows: how many there are in all."""

    def __init__(self, seed: int, *, stratify: bool, near: bool, prompts: bool) -> None:
        self._seed = seed
        self._ranks, self._prompts = array("Q"), array("Q")
        self._labels = _Labels() if stratify else None
        self._near = _NearPrompts() if near else None
        self._wants_prompts = prompts or near
        self.digests = Digests()
        self.rows = 0

    def take(self, examples: Iterable[Example], is_given: Sequence[bool] | None = None) -> None:
        """is_given: of each row, whether its side is given, so that it is not drawn and nothing of it is kept but its
        digest."""
        stream = iter(examples)
        while batch := list(itertools.islice(stream, _BATCH)):
            self.digests.add([example_digest(example) for example in batch])
            if is_given is not None:
                given = is_given[self.rows : self.rows + len(batch)]
                drawn = [example for example, is_out in zip(batch, given, strict=True) if not is_out]
            else:
                drawn = batch
            self.rows += len(batch)
            self._add(drawn)

    def _add(self, examples: list[Example]) -> None:
        digests = [prompt_digest(example) for example in examples]
        self._ranks.extend(rank(digest, self._seed) for digest in digests)
        if self._wants_prompts:
            begins = array("Q", (int.from_bytes(digest[:8]) for digest in digests))
            self._prompts.extend(begins)
            if self._near:
                self._near.add(examples, np.frombuffer(begins, np.uint64))
        if self._labels:
            self._labels.add(examples)

    @property
    def ranks(self) -> NDArray[np.uint64]:
        return np.frombuffer(self._ranks, np.uint64)

    @property
    def prompts(self) -> NDArray[np.uint64]:
        return np.frombuffer(self._prompts, np.uint64)

    @property
    def kinds(self) -> NDArray[np.int32]:
        return self._labels.numbers(len(self._ranks)) if self._labels else np.zeros(len(self._ranks), np.int32)

    @property
    def near(self) -> NDArray[np.int64] | None:
        return self._near.numbers(self.prompts) if self._near else None


def rank(digest: bytes, seed: int) -> int:
    """Where the seed puts what has this digest: the first 8 bytes of a hash of the two."""
    return int.from_bytes(hashlib.sha256(str(seed).encode() + b"\n" + digest).digest()[:8])


class _Labels:
    def __init__(self) -> None:
        self._count = LabelCount()
        self._numbers: dict[str, int] = {}
        self._rows = array("i")

    def add(self, examples: list[Example]) -> None:
        for example in examples:
            self._count.add(example)
            if self._count.may_be_labels:
                label = " ".join(example.labels) or example.answer
                self._rows.append(self._numbers.setdefault(label, len(self._numbers)))

    def numbers(self, rows: int) -> NDArray[np.int32]:
        if not self._count.are_labels():
            return np.zeros(rows, np.int32)
        place = {label: number for number, label in enumerate(sorted(self._numbers))}
        sorted_numbers = np.array([place[label] for label in self._numbers], np.int32)
        return sorted_numbers[np.frombuffer(self._rows, np.int32)]


class _NearPrompts:
    """Finds out which prompts are nearly the same, directly or by way of others. Linear in rows."""

    def __init__(self) -> None:
        self._seen = Seen()
        self._distinct = array("Q")
        self._minima = Blocks(VALUES, np.uint32)
        self._rows = 0

    def add(self, examples: list[Example], prompts: NDArray[np.uint64]) -> None:
        numbers = np.arange(self._rows, self._rows + len(prompts))
        new = np.flatnonzero(self._seen.put(prompts, numbers) == numbers)
        self._rows += len(prompts)
        self._distinct.extend(prompts[new].tolist())
        if len(self._distinct) > MOST_NEAR:
            raise DataError(
                f"The data has more than {MOST_NEAR:,} different prompts, too many to compare each with each other.",
                "Divide it without keeping near ones on one side; the same prompts stay together anyway.",
            )
        self._minima.add(minima([asked_of(examples[place]) for place in new]))

    def numbers(self, prompts: NDArray[np.uint64]) -> NDArray[np.int64]:
        distinct = np.frombuffer(self._distinct, np.uint64)
        # In the order of the digests: which of two prompts comes first must not depend on the file.
        order = np.argsort(distinct)
        near, joined = Near(1), Joined(len(order))
        for start in range(0, len(order), _BATCH):
            found = near.put_minima(self._minima.rows(order[start : start + _BATCH]))
            for place in np.flatnonzero(found >= 0):
                joined.join(start + int(place), int(found[place]))
        return joined.roots()[np.searchsorted(distinct[order], prompts)]
