"""Which prompts are read together because they begin alike: below the instructions and examples of most rows, while a
few long ones had to leave some of them out."""

import itertools
from collections.abc import Iterator, Sequence

LEAST_SAVED = 2048
"""Tokens that need not be read; fewer are not worth answering the rows in two groups."""
Rows = Sequence[Sequence[int]]


def families(rows: Rows) -> list[list[int]]:
    """Positions of the rows in groups, each with a long common beginning of its own or with what is left."""
    order = sorted(range(len(rows)), key=lambda row: list(rows[row]))
    alike = [_alike(rows[one], rows[other]) for one, other in itertools.pairwise(order)]
    return [sorted(group) for group in _grouped(order, alike)]


def _grouped(order: list[int], alike: list[int]) -> Iterator[list[int]]:
    """order: positions of rows that are sorted. alike: tokens that each row has in common with the next one."""
    saved = len(alike) * min(alike, default=0)
    most, start, end = max(_stretches(alike), default=(0, 0, 0))
    if most - saved < LEAST_SAVED:
        yield order
        return
    yield order[start : end + 1]
    rest = order[:start] + order[end + 1 :]
    if rest:
        between = [min(alike[start - 1 : end + 1])] if start > 0 and end < len(alike) else []
        yield from _grouped(rest, alike[: max(0, start - 1)] + between + alike[end + 1 :])


def _stretches(alike: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The largest rectangles below a curve: tokens saved when the rows from start to end are read together."""
    open_ones: list[tuple[int, int]] = []
    for place, height in enumerate([*alike, 0]):
        start = place
        while open_ones and open_ones[-1][1] >= height:
            start, tall = open_ones.pop()
            yield tall * (place - start), start, place
        open_ones.append((start, height))


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
