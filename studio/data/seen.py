"""Which keys were seen before, and where first: compact arrays instead of a dictionary, for millions of rows.

Keys lie in sorted runs that are merged as they grow, up to a size that can be merged without much memory of its own; a
look-up is a binary search in each run.
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LARGEST_RUN = 1 << 19
_BLOCK_ROWS = 1 << 16


class Seen:
    """12 bytes for each distinct key of 8 bytes, 8 for one of 4. Numbers are 0 to 2**32 - 1."""

    def __init__(self, kind: DTypeLike = np.uint64) -> None:
        self._kind = kind
        self._runs: list[tuple[NDArray, NDArray[np.uint32]]] = []

    def put(self, keys: NDArray, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each key the number that it first came with, which is its own where it is new."""
        distinct, first_place, which = np.unique(
            keys.astype(self._kind, copy=False), return_index=True, return_inverse=True
        )
        first = numbers[first_place].astype(np.int64)
        new = np.ones(len(distinct), bool)
        for run_keys, run_numbers in self._runs:
            at = np.minimum(np.searchsorted(run_keys, distinct), len(run_keys) - 1)
            hit = run_keys[at] == distinct
            first[hit] = run_numbers[at[hit]]
            new &= ~hit
        if new.any():
            self._runs.append((distinct[new], first[new].astype(np.uint32)))
            self._merge()
        return first[which]

    def _merge(self) -> None:
        while len(self._runs) > 1:
            (keys, numbers), (last_keys, last_numbers) = self._runs[-2:]
            if len(last_keys) * 2 < len(keys) or len(keys) + len(last_keys) > _LARGEST_RUN:
                return
            joined = np.concatenate((keys, last_keys))
            order = np.argsort(joined, kind="stable")
            self._runs[-2:] = [(joined[order], np.concatenate((numbers, last_numbers))[order])]


class Blocks:
    """Rows of an array in blocks of a fixed size: an array that grows as a whole would be held twice while it grows."""

    def __init__(self, width: int, kind: DTypeLike) -> None:
        self._width, self._kind = width, kind
        self._blocks: list[NDArray[Any]] = []
        self._count = 0

    def add(self, rows: NDArray[Any]) -> None:
        at = self._count % _BLOCK_ROWS
        self._count += len(rows)
        while len(rows):
            if at == 0:
                self._blocks.append(np.empty((_BLOCK_ROWS, self._width), self._kind))
            fits = rows[: _BLOCK_ROWS - at]
            self._blocks[-1][at : at + len(fits)] = fits
            rows = rows[len(fits) :]
            at = (at + len(fits)) % _BLOCK_ROWS

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of these numbers, in their order."""
        out = np.empty((len(numbers), self._width), self._kind)
        for block in np.unique(numbers // _BLOCK_ROWS):
            here = numbers // _BLOCK_ROWS == block
            out[here] = self._blocks[block][numbers[here] % _BLOCK_ROWS]
        return out
