"""Which rows teach, steer and judge: a seeded split by content, and its file. What it goes by is gathering.py's
business, which rows stay together grouping.py's."""

import hashlib
import json
import os
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.data.gathering import Digests, Gathered
from studio.data.grouping import Groups, by_keys, by_rank, by_row
from studio.data.values import Example, Split
from studio.errors import DataError, OptionError

LEAST_ROWS = 4
LEAST_FOR_TEST = 40
LEAST_HELD_OUT = 8
MOST_HELD_OUT = 500
LEAST_VALIDATION = 2
MANY_ROWS = 200_000

Part = Literal["training", "validation", "test"]
PARTS: tuple[Part, ...] = ("training", "validation", "test")
_TRAINING, _VALIDATION, _TEST = range(3)
Sides = NDArray[np.int8]
"""The place in PARTS of each row's part."""


def make_split(
    examples: Iterable[Example],
    seed: int = 17,
    validation_share: float = 0.1,
    test_share: float = 0.1,
    *,
    stratify: bool = True,
    groups: Literal["near"] | None = None,
    column: ArrayLike | None = None,
    parts: Sequence[Part | None] | None = None,
) -> Split:
    """Training, validation and test rows; each held-out part has 8 to 500 rows, below 40 rows there is no test. The
    rows are taken as a stream, and none is held.

    Rows with the same prompt stay on one side; with groups 'near' also those whose prompts are nearly the same, with
    `column` (an array with a value for each row) also those with the same value. Where that cannot be (few prompts for
    many rows), rows that are the same in full stay on one side; where even that cannot be, the test part stays empty
    and single rows are drawn for validation. stratify: labels have about the same shares in all parts. parts: of rows
    whose side is given (separate files, a column that says so); what no row is given for is drawn from the others, and
    rows without a side go to training.

    Raises DataError below 4 rows, where no row is left to learn from, or with more prompts than are compared with each
    other; OptionError for shares that leave nothing for training.
    """
    if not (0 < validation_share < 1 and 0 <= test_share < 1 and validation_share + test_share < 1):
        raise OptionError(
            "The shares for validation and test leave no rows for training.", "Use shares such as 0.1 and 0.1."
        )
    sides = np.array([PARTS.index(part or "training") for part in parts or ()], np.int8)
    is_given = sides != _TRAINING
    gathered = Gathered(seed, stratify=stratify, near=groups == "near", prompts=column is not None)
    gathered.take(examples, is_given if parts else None)
    if gathered.rows < LEAST_ROWS:
        raise DataError(
            f"The data has {gathered.rows} usable rows, and training needs at least {LEAST_ROWS}.",
            "Add examples, or mend the rows with errors.",
        )
    if not parts:
        sides, is_given = np.zeros(gathered.rows, np.int8), np.zeros(gathered.rows, bool)
    pool = int(np.count_nonzero(~is_given))
    if not pool:
        raise DataError("No row is left for training.", "Give some rows to training, or let the studio divide them.")
    validation, test, least = _targets(pool, validation_share, test_share)
    wanted = (0 if _VALIDATION in sides else validation, 0 if _TEST in sides else test, least)
    if wanted[0] or wanted[1]:
        sides[~is_given] = _drawn(gathered, ~is_given, seed, wanted, None if column is None else np.asarray(column))
    digests = gathered.digests
    del gathered
    return _split(sides, seed, _fingerprint(digests, sides, seed))


def _drawn(
    gathered: Gathered, pool: NDArray[np.bool_], seed: int, wanted: tuple[int, int, int], column: NDArray[Any] | None
) -> Sides:
    """The sides of the pool's rows. column: of all rows. wanted: for validation, for test, and the least of each."""
    ranks, kinds, near = gathered.ranks, gathered.kinds, gathered.near
    keys = [key for key in (near, None if column is None else column[pool]) if key is not None]
    if len(ranks) > MANY_ROWS and not keys and not kinds.any():
        drawn = _drawn_from_first(ranks, *wanted)
        if drawn is not None:
            return drawn
    together = by_keys([ranks, *keys], gathered.prompts, ranks, kinds) if keys else by_rank(ranks, kinds)
    drawn = _draw(together, *wanted)
    if drawn is not None:
        return drawn
    rows = gathered.digests.ranks(seed)[pool]
    drawn = _draw(by_rank(rows, kinds), *wanted)
    if drawn is not None:
        return drawn
    sides = np.zeros(len(rows), np.int8)
    least = min(LEAST_VALIDATION, len(rows) - 1) if wanted[0] else 0
    sides[by_row(rows).order[:least]] = _VALIDATION
    return sides


def _drawn_from_first(ranks: NDArray[np.uint64], validation: int, test: int, least: int) -> Sides | None:
    """What `_draw` gives of the ranks' groups, but looking at the groups of lowest rank alone, which takes a tenth of
    the memory. None where they do not suffice."""
    # Ranks are hashes, so about a hundredth of the rows; rows of one rank are all among them or none is.
    first = np.flatnonzero(ranks < np.uint64(2**64 // 100))
    drawn = _draw(by_rank(ranks[first], np.zeros(len(first), np.int32)), validation, test, least)
    if drawn is None:
        return None
    for side, wanted in ((_VALIDATION, validation), (_TEST, test)):
        # A part that is not full, or just as full as it must be, might have been filled up with small groups.
        if np.count_nonzero(drawn == side) != wanted or wanted == least:
            return None
    sides = np.zeros(len(ranks), np.int8)
    sides[first] = drawn
    return sides


def save_split(split: Split, folder: Path) -> Path:
    """Writes split-<first 12 digits of the fingerprint>.json into `folder`; the same split gives the same file. The
    rows that are not held out are those to learn from."""
    path = folder / f"split-{split.fingerprint[:12]}.json"
    text = json.dumps(
        {
            "v": 2,
            "seed": split.seed,
            "fingerprint": split.fingerprint,
            "rows": len(split.training) + len(split.validation) + len(split.test),
            "validation": list(split.validation),
            "test": list(split.test),
        }
    )
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def load_split(path: Path) -> Split:
    """A split as it was saved; DataError when the file is missing or damaged."""
    remedy = "Make the split again from the Data tab."
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        held_out = [np.array(raw[part], np.uint32) for part in PARTS[1:]]
        # The first version of the file names the rows to learn from too.
        rows = raw["rows"] if raw["v"] > 1 else len(raw["training"]) + sum(map(len, held_out))
        sides = np.zeros(rows, np.int8)
        for side, numbers in enumerate(held_out, start=1):
            sides[numbers] = side
        seed, mark = int(raw["seed"]), str(raw["fingerprint"])
        whole = raw["v"] > 1 or sorted(raw["training"]) == np.flatnonzero(sides == _TRAINING).tolist()
    except (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise DataError(f"The split file {path.name} is missing or damaged.", remedy) from error
    if not whole or np.count_nonzero(sides) != sum(map(len, held_out)):
        raise DataError(f"The split file {path.name} does not name every row once.", remedy)
    return _split(sides, seed, mark)


def _split(sides: Sides, seed: int, mark: str) -> Split:
    return Split(_rows(sides, _TRAINING), _rows(sides, _VALIDATION), _rows(sides, _TEST), seed, mark)


def _rows(sides: Sides, side: int) -> "array[int]":
    """The rows of a part, in order, 4 bytes each."""
    return array("I", np.flatnonzero(sides == side).astype(np.uint32).tobytes())


def _targets(rows: int, validation_share: float, test_share: float) -> tuple[int, int, int]:
    """Rows wanted for validation and test, and the least each of them may have."""
    if rows < LEAST_FOR_TEST:
        return min(max(LEAST_VALIDATION, round(rows * validation_share)), rows - 1), 0, LEAST_VALIDATION
    validation, test = (
        min(max(LEAST_HELD_OUT, round(rows * share)), MOST_HELD_OUT) for share in (validation_share, test_share)
    )
    return validation, test if test_share else 0, LEAST_HELD_OUT


def _draw(groups: Groups, validation: int, test: int, least: int) -> Sides | None:
    """The sides of the rows, or None where the groups are too big to give parts of fair size."""
    side_of = np.zeros(len(groups.sizes), np.int8)
    order = groups.order
    for side, wanted in ((_TEST, test), (_VALIDATION, validation)):
        if wanted:
            taken = _taken(order, groups.sizes, wanted, least)
            side_of[taken] = side
            order = order[side_of[order] == _TRAINING]
            if not taken:
                return None
    return side_of[groups.of] if len(order) else None


def _taken(order: NDArray[np.integer], sizes: NDArray[np.integer], wanted: int, least: int) -> list[int]:
    """Groups in order as long as they fit into `wanted` rows. Where that gives fewer than `least`, the smallest of the
    rest come too; none where that would overshoot by far."""
    taken: list[int] = []
    count = 0
    for group in map(int, order):
        if count + sizes[group] <= wanted:
            taken.append(group)
            count += int(sizes[group])
        if count == wanted:
            break
    rest = order[~np.isin(order, taken)] if count < least else order[:0]
    for group in rest[np.argsort(sizes[rest], kind="stable")].tolist():
        if count >= least:
            break
        taken.append(group)
        count += int(sizes[group])
    return taken if least <= count <= min(max(2 * wanted, least), MOST_HELD_OUT) else []


def _fingerprint(digests: Digests, sides: Sides, seed: int) -> str:
    """Over the seed and the contents of each part, whatever the order of rows in the file."""
    sha = hashlib.sha256(f"split 1 seed {seed}\n".encode())
    for side in range(len(PARTS)):
        chosen = sides == side
        sha.update(f"{np.count_nonzero(chosen)}\n".encode())
        for some in digests.sorted(chosen):
            sha.update(some.tobytes())
    return sha.hexdigest()
