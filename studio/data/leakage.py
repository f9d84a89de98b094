"""Leaks: held-out rows whose prompt the model has seen, or nearly so, while it learned.

The held-out rows are few, and something of them is held; those to learn from stream by.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.data.checks import sides
from studio.data.keys import asked_of, prompt_digest
from studio.data.log import Log
from studio.data.near import BANDS, LEAST_ALIKE, alike, band_key, minima
from studio.data.rules import EXCERPT_CHARACTERS
from studio.data.values import Example, Finding, Split

MOST_HELD_OUT = 100_000
_BATCH = 4096
_PAIRS_A_ROW = 64


def leaks(examples: Iterable[Example], split: Split, files: Sequence[str] = ()) -> tuple[Finding, ...]:
    """A warning for each validation and test row whose prompt is in a training row or nearly the same as in one; of
    more than 100,000 held-out rows the first ones are looked at. Linear in rows.

    examples: the split's rows, gone through twice. files: the names of the files where there are several.
    """
    is_held_out = np.zeros(len(split.training) + len(split.validation) + len(split.test), bool)
    is_held_out[np.concatenate([split.validation, split.test]).astype(np.int64)] = True
    held_out = (example for row, example in enumerate(examples) if is_held_out[row])
    held = _HeldOut(itertools.islice(held_out, MOST_HELD_OUT))
    stream = (example for row, example in enumerate(examples) if not is_held_out[row])
    while batch := list(itertools.islice(stream, _BATCH)):
        held.compare(batch)
    log = Log()
    if np.count_nonzero(is_held_out) > MOST_HELD_OUT:
        log.add(sides.NOT_COMPARED, None, rows=MOST_HELD_OUT)
    held.tell(log, files)
    return log.findings()


@dataclass(frozen=True)
class _Place:
    """A row, by its file and line, and how its prompt begins."""

    file: int
    line: int
    asked: str

    @staticmethod
    def of(example: Example) -> "_Place":
        return _Place(example.file, example.line, asked_of(example)[: 2 * EXCERPT_CHARACTERS])


class _HeldOut:
    """Of each held-out row its place, the digest and the MinHash of its prompt, and the row to learn from that is like
    it."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._places: list[_Place] = []
        self._rows_of: dict[bytes, list[int]] = {}
        found = []
        stream = iter(examples)
        while batch := list(itertools.islice(stream, _BATCH)):
            found.append(minima([asked_of(example) for example in batch]))
            for example in batch:
                self._rows_of.setdefault(prompt_digest(example), []).append(len(self._places))
                self._places.append(_Place.of(example))
        self._minima = np.concatenate(found) if found else minima([])
        self._same: dict[int, _Place] = {}
        self._near: dict[int, _Place] = {}
        self._index()

    def _index(self) -> None:
        """The keys of the rows that nothing was found for yet, sorted, and the rows in that order; for each band."""
        told = self._same.keys() | self._near.keys()
        left = np.array([row for row in range(len(self._places)) if row not in told], np.int64)
        self._sorted = []
        for band in BANDS:
            keys = band_key([self._minima[left, band]])
            order = np.argsort(keys)
            self._sorted.append((keys[order], left[order]))

    def compare(self, batch: list[Example]) -> None:
        """With rows to learn from, in their order."""
        told = len(self._same)
        for example in batch:
            rows = self._rows_of.pop(prompt_digest(example), ())
            self._same.update(dict.fromkeys(rows, _Place.of(example)) if rows else {})
        if len(self._same) > told:
            self._index()
        values = minima([asked_of(example) for example in batch])
        while pairs := sorted(self._pairs(values)):
            for place, row in pairs:
                self._near.setdefault(row, _Place.of(batch[place]))
            self._index()

    def _pairs(self, values: NDArray[np.uint32]) -> set[tuple[int, int]]:
        """Pairs of a place in the batch and a held-out row like it; of very many not all."""
        found: set[tuple[int, int]] = set()
        sketches, held = values.astype(np.uint8), self._minima.astype(np.uint8)
        for band, (sorted_keys, rows) in zip(BANDS, self._sorted, strict=True):
            keys = band_key([values[:, band]])
            first, end = np.searchsorted(sorted_keys, keys), np.searchsorted(sorted_keys, keys, "right")
            counts = np.minimum(end - first, _PAIRS_A_ROW)
            places = np.repeat(np.arange(len(keys)), counts)
            within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
            others = rows[first[places] + within]
            near = alike(sketches[places], held[others]) >= LEAST_ALIKE
            found.update(zip(places[near].tolist(), others[near].tolist(), strict=True))
        return found

    def tell(self, log: Log, files: Sequence[str]) -> None:
        for row, place in enumerate(self._places):
            like = self._same.get(row) or self._near.get(row)
            if like is not None:
                with log.within(files[place.file] if files else None):
                    rule = sides.SAME_PROMPT if row in self._same else sides.NEAR_PROMPT
                    first = _words(like, files if like.file != place.file else ())
                    log.add(rule, place.line or None, None, place.asked, first=first)


def _words(place: _Place, files: Sequence[str]) -> str:
    line = f"line {place.line:,}" if place.line else "a row added by hand"
    return f"{line} of {files[place.file]}" if files else line
