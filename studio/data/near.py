"""Texts that are nearly the same: MinHash over three words in a row, vectorised, and an index that finds them while
rows stream by. Linear in rows.

Two texts are compared by the share of word triples that they have in common (Jaccard); capitals A to Z, punctuation and
spaces do not count. A character beyond U+07FF is a word of its own, since many scripts there have no spaces. Sources:
Broder, "On the resemblance and containment of documents", 1997; Li and Koenig, "b-Bit minwise hashing", 2010.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.data.seen import Blocks, Seen

VALUES = 16
"""Minima kept of a text. The estimate of a share of 0.9 is off by 0.075 (one standard deviation)."""
LEAST_ALIKE = 13 / VALUES
MOST_CHARACTERS = 1 << 16
_CHUNK_BYTES = 1 << 19
_LONGEST_WORD = 64

# Rows meet where one of these groups of minima is the same: 0.9 alike in each part is met in 99.8 of 100 cases.
BANDS = [slice(3 * n, 3 * n + 3) for n in range(5)]
BANDS_OF_TWO = [slice(2 * n, 2 * n + 2) for n in range(6)]

_chance = np.random.default_rng(17)


def _odd(count: int) -> NDArray[np.uint64]:
    return _chance.integers(1, 1 << 63, count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


_PLACES = _odd(3)
_MULTIPLIERS, _POWERS = _odd(VALUES).astype(np.uint32), _odd(_LONGEST_WORD).astype(np.uint32)
_END = np.uint64(0)

_every = np.arange(256, dtype=np.uint8)
_SMALL = np.where((_every >= ord("A")) & (_every <= ord("Z")), _every + 32, _every).astype(np.uint8)
_IN_WORD = np.array([chr(byte).isalnum() or byte >= 128 for byte in range(128)] + [True] * 128)

# Curly quotes, dashes and the like (U+2000 to U+207F), and those of East Asia (U+3000 to U+303F), by their first bytes.
_PUNCTUATION = ((0xE2, (0x80, 0x81)), (0xE3, (0x80,)))


def minima(texts: Sequence[str]) -> NDArray[np.uint32]:
    """The MinHash of each text, shape (texts, VALUES). Of a text the first 65,536 characters count; texts without a
    word are all the same."""
    parts = [_minima(chunk) for chunk in _chunks(texts)]
    return np.concatenate(parts) if parts else np.empty((0, VALUES), np.uint32)


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The estimated share in common, by the low bytes of minima; shapes (n, VALUES) each, answer (n,)."""
    return (one == other).mean(axis=1)


class Near:
    """Finds, for each row, an earlier row that is nearly the same in each of its parts (a prompt and an answer, say).
    Keeps 64 to 80 bytes a row, no text. rows: how many were put."""

    def __init__(self, parts: int) -> None:
        self._parts = parts
        self._bands = BANDS_OF_TWO if parts == 2 else BANDS
        self._seen = [Seen(np.uint32) for _ in self._bands]
        self._kept = Blocks(parts * VALUES, np.uint8)
        self.rows = 0

    def put(self, *parts: Sequence[str]) -> NDArray[np.int64]:
        """Takes the next rows, as many texts a part as there are rows; answers for each the number (0-based, in the
        order of being put) of an earlier row like it, -1 where there is none."""
        return self.put_minima(*map(minima, parts))

    def put_minima(self, *values: NDArray[np.uint32]) -> NDArray[np.int64]:
        """`put` of texts whose minima are known."""
        count = len(values[0])
        numbers = np.arange(self.rows, self.rows + count, dtype=np.int64)
        self._kept.add(np.concatenate([part.astype(np.uint8) for part in values], axis=1))
        found = np.full(count, -1, np.int64)
        for band, seen in zip(self._bands, self._seen, strict=True):
            first = seen.put(band_key([part[:, band] for part in values]), numbers)
            rows = np.flatnonzero((first < numbers) & (found < 0))
            found[rows] = np.where(self._are_alike(first[rows], numbers[rows]), first[rows], -1)
        self.rows += count
        return found

    def _are_alike(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        first, second = self._kept.rows(one), self._kept.rows(other)
        yes = np.ones(len(one), bool)
        for part in range(self._parts):
            columns = slice(part * VALUES, (part + 1) * VALUES)
            yes &= alike(first[:, columns], second[:, columns]) >= LEAST_ALIKE
        return yes


def band_key(groups: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """One number for a few minima of each part."""
    key = np.zeros(len(groups[0]), np.uint64)
    for column in np.concatenate(groups, axis=1).T:
        key = _mixed((key ^ column) * _PLACES[0])
    return key.astype(np.uint32)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values ^= values >> np.uint64(29)
    values *= _PLACES[1]
    values ^= values >> np.uint64(32)
    return values


def _chunks(texts: Sequence[str]) -> Iterator[list[bytes]]:
    """Encoded texts in groups of about half a megabyte, so that the arrays over their bytes stay small."""
    group: list[bytes] = []
    size = 0
    for text in texts:
        raw = text[:MOST_CHARACTERS].encode("utf-8", "replace")
        group.append(raw)
        size += len(raw) + 1
        if size >= _CHUNK_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _minima(texts: list[bytes]) -> NDArray[np.uint32]:
    words, ends = _words(texts)
    second, third = np.append(words[1:], _END), np.append(words[2:], (_END, _END))
    # What would follow the end of a text is the next text's.
    third[ends[ends > 0] - 1] = _END
    triples = words * _PLACES[0] + second * _PLACES[1] + third * _PLACES[2]
    triples = (_mixed(triples) >> np.uint64(32)).astype(np.uint32)
    # The end is no triple of its own; where there are words it stands for the last of them once more.
    starts = np.concatenate(([0], ends[:-1] + 1))
    some = ends > starts
    triples[ends[some]] = triples[ends[some] - 1]
    triples[ends[~some]] = 0
    out = np.empty((len(texts), VALUES), np.uint32)
    for place, multiplier in enumerate(_MULTIPLIERS):
        # A product by an odd number, cut to 32 bits, puts the triples into another order for each number.
        out[:, place] = np.minimum.reduceat(triples * multiplier, starts)
    return out


def _words(texts: list[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A hash of each word of all texts in a row, and where among them each text's end stands (a word that is 0)."""
    joined = _SMALL[np.frombuffer(b"".join(raw + b" " for raw in texts), np.uint8)]
    ends = np.cumsum([len(raw) + 1 for raw in texts]) - 1
    place = np.arange(len(joined), dtype=np.int32)
    inside = _IN_WORD[joined]
    for first, seconds in _PUNCTUATION:
        marks = np.flatnonzero(joined[:-2] == first)
        marks = marks[np.isin(joined[marks + 1], seconds)]
        inside[marks] = inside[marks + 1] = inside[marks + 2] = False
    begins = inside.copy()
    begins[1:] &= ~inside[:-1]
    if joined.max() >= 0xE0:
        begins |= _alone(joined, inside, place)
    begins[ends] = True
    starts = np.flatnonzero(begins)
    within = place - np.maximum.accumulate(np.where(begins, place, 0))
    weights = _POWERS[np.minimum(within, _LONGEST_WORD - 1)]
    weights *= np.where(inside, joined, 0)
    words = np.add.reduceat(weights, starts, dtype=np.uint32).astype(np.uint64)
    return words, np.searchsorted(starts, ends)


def _alone(joined: NDArray[np.uint8], inside: NDArray[np.bool_], place: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where a character that is a word of its own begins, or one that follows it."""
    character = (joined & 0xC0) != 0x80
    wide = joined >= 0xE0
    leads = np.maximum.accumulate(np.where(character, place, 0))
    after = np.zeros(len(joined), bool)
    after[1:] = wide[leads[:-1]]
    return inside & character & (wide | after)
