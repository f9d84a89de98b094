"""Which rows must stay on one side of a split, and in which order such groups are taken for the held-out parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.data.joined import Joined

Numbers = NDArray[np.integer]

_ROWS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Groups:
    """of: the group of each row. sizes: the rows of each group. order: the groups as the seed takes them. Any beginning
    of it holds each kind about in proportion: of a kind with n groups the k-th comes at (k + 1/2) / n."""

    of: Numbers
    sizes: Numbers
    order: Numbers


def by_rank(ranks: NDArray[np.uint64], kinds: NDArray[np.int32]) -> Groups:
    """Rows of the same rank together."""
    # As np.unique does, in half of its memory: there can be millions of rows.
    rows = np.argsort(ranks).astype(np.uint32)
    begins = np.empty(len(ranks), bool)
    begins[:1] = True
    for start in range(1, len(ranks), _ROWS_AT_ONCE):
        some = ranks[rows[start - 1 : start + _ROWS_AT_ONCE]]
        begins[start : start + _ROWS_AT_ONCE] = some[1:] != some[:-1]
    of = np.empty(len(ranks), np.int32)
    of[rows] = np.cumsum(begins, dtype=np.int32) - np.int32(1)
    starts = np.flatnonzero(begins).astype(np.int32)
    sizes = np.diff(starts, append=np.int32(len(ranks)))
    if not kinds.any():
        # The groups are numbered by their rank, so they stand in its order.
        return Groups(of, sizes, np.arange(len(starts), dtype=np.int32))
    distinct = ranks[rows[begins]]
    del rows, starts
    return Groups(of, sizes, _in_order(distinct, _kinds(of, kinds, len(distinct))))


def by_keys(
    keys: Sequence[ArrayLike], prompts: NDArray[np.uint64], ranks: NDArray[np.uint64], kinds: NDArray[np.int32]
) -> Groups:
    """Rows that have any of the keys in common, directly or by way of others, together. keys: arrays with a value for
    each row. A group has the rank of its first prompt."""
    joined = Joined(len(ranks))
    for column in keys:
        _, first, which = np.unique(column, return_index=True, return_inverse=True)
        for row, earlier in enumerate(first[which]):
            joined.join(row, int(earlier))
    _, of = np.unique(joined.roots(), return_inverse=True)
    rows = np.lexsort((prompts, of))
    begins = np.flatnonzero(np.diff(of[rows], prepend=-1))
    count = len(begins)
    return Groups(of, np.bincount(of), _in_order(ranks[rows[begins]], _kinds(of, kinds, count)))


def by_row(ranks: NDArray[np.uint64]) -> Groups:
    """Each row by itself."""
    every = np.arange(len(ranks))
    return Groups(every, np.ones(len(ranks), np.int64), np.argsort(ranks, kind="stable"))


def _in_order(ranks: NDArray[np.uint64], kinds: NDArray[np.int32]) -> Numbers:
    """ranks and kinds: of each group."""
    if not kinds.any():
        return np.argsort(ranks).astype(np.int32)
    sorted_by_kind = np.lexsort((ranks, kinds))
    groups_of_kind = np.bincount(kinds)[kinds[sorted_by_kind]]
    first_of_kind = np.searchsorted(kinds[sorted_by_kind], kinds[sorted_by_kind])
    place = np.arange(len(ranks)) - first_of_kind
    share = (2 * place + 1) / (2 * groups_of_kind)
    return sorted_by_kind[np.lexsort((ranks[sorted_by_kind], share))]


def _kinds(of: Numbers, kinds: NDArray[np.int32], groups: int) -> NDArray[np.int32]:
    """The most frequent kind of each group, of equally frequent ones the first in the alphabet."""
    if not kinds.any():
        return np.zeros(groups, np.int32)
    most = int(kinds.max()) + 1
    pairs, counts = np.unique(of.astype(np.int64) * most + kinds, return_counts=True)
    best = np.lexsort((pairs % most, -counts, pairs // most))
    begins = np.flatnonzero(np.diff(pairs[best] // most, prepend=-1))
    return (pairs[best[begins]] % most).astype(np.int32)
