"""Numbers joined in groups, directly or by way of others: union-find in 8 bytes a number."""

from array import array

import numpy as np
from numpy.typing import NDArray


class Joined:
    """Numbers from 0 on; those that were joined have the same root, the smallest of them."""

    def __init__(self, count: int) -> None:
        self._parent = array("q", range(count))

    def root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first

    def roots(self) -> NDArray[np.int64]:
        """The root of each number."""
        return np.fromiter(map(self.root, range(len(self._parent))), np.int64, len(self._parent))
