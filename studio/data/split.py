"""Which rows teach, steer and judge: a seeded split by content, and its file. Which rows stay together is grouping.py's
business."""

import hashlib
import json
import os
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Literal

from studio.data.grouping import Groups, by_key, in_order, joined_keys, near_prompts, prompts_of, strata
from studio.data.keys import example_digest
from studio.data.values import Example, Split
from studio.errors import DataError, OptionError

LEAST_ROWS = 4
LEAST_FOR_TEST = 40
LEAST_HELD_OUT = 8
MOST_HELD_OUT = 500
LEAST_VALIDATION = 2

Part = Literal["training", "validation", "test"]


def make_split(
    examples: Sequence[Example],
    seed: int = 17,
    validation_share: float = 0.1,
    test_share: float = 0.1,
    *,
    stratify: bool = True,
    groups: Literal["near"] | None = None,
    column: Sequence[Hashable] | None = None,
    parts: Sequence[Part | None] | None = None,
) -> Split:
    """Training, validation and test rows; each held-out part has 8 to 500 rows, below 40 rows there is no test.

    Rows with the same prompt stay on one side; with groups 'near' also those whose prompts are nearly the same, with
    `column` (a value for each row) also those with the same value. Where that cannot be (few prompts for many rows),
    rows that are the same in full stay on one side; where even that cannot be, the test part stays empty and single
    rows are drawn for validation. stratify: labels have about the same shares in all parts. parts: of rows whose side
    is given (separate files, a column that says so); what no row is given for is drawn from the others, and rows
    without a side go to training.

    Raises DataError below 4 rows or where no row is left to learn from, OptionError for shares that leave nothing for
    training.
    """
    if not (0 < validation_share < 1 and 0 <= test_share < 1 and validation_share + test_share < 1):
        raise OptionError(
            "The shares for validation and test leave no rows for training.", "Use shares such as 0.1 and 0.1."
        )
    if len(examples) < LEAST_ROWS:
        raise DataError(
            f"The data has {len(examples)} usable rows, and training needs at least {LEAST_ROWS}.",
            "Add examples, or mend the rows with errors.",
        )
    given = {name: [row for row, part in enumerate(parts or ()) if part == name] for name in ("validation", "test")}
    held_out = set(given["validation"]) | set(given["test"])
    pool = [row for row in range(len(examples)) if row not in held_out]
    if not pool:
        raise DataError("No row is left for training.", "Give some rows to training, or let the studio divide them.")
    targets = _targets(len(pool), validation_share, test_share)
    wanted = (0 if given["validation"] else targets[0], 0 if given["test"] else targets[1], targets[2])
    chosen = [examples[row] for row in pool]
    values = None if column is None else [column[row] for row in pool]
    drawn = _drawn(chosen, seed, wanted, strata(chosen) if stratify else [""] * len(chosen), groups, values)
    sides = [[pool[row] for row in side] for side in drawn]
    training, validation, test = (
        tuple(sorted(rows)) for rows in (sides[0], sides[1] + given["validation"], sides[2] + given["test"])
    )
    digests = [example_digest(example) for example in examples]
    return Split(training, validation, test, seed, _fingerprint(digests, (training, validation, test), seed))


def _drawn(
    examples: Sequence[Example],
    seed: int,
    wanted: tuple[int, int, int],
    kinds: Sequence[str],
    near: str | None,
    column: Sequence[Hashable] | None,
) -> tuple[list[int], list[int], list[int]]:
    """Training, validation and test rows of these. wanted: rows for validation, for test, and the least of each."""
    if not wanted[0] and not wanted[1]:
        return list(range(len(examples))), [], []
    prompts = prompts_of(examples)
    keys: list[Sequence[Hashable]] = [prompts]
    keys += [near_prompts(examples)] if near else []
    keys += [column] if column is not None else []
    together = by_key(joined_keys(*keys) if len(keys) > 1 else prompts)
    drawn = _draw(in_order(together, prompts, seed, kinds), *wanted)
    if drawn is None:
        rows = [example_digest(example) for example in examples]
        drawn = _draw(in_order(by_key(rows), rows, seed, kinds), *wanted)
        if drawn is None:
            singles = in_order([[row] for row in range(len(rows))], rows, seed, [""] * len(rows))
            least = min(LEAST_VALIDATION, len(singles) - 1) if wanted[0] else 0
            drawn = singles[least:], singles[:least], []
    training, validation, test = ([row for group in side for row in group] for side in drawn)
    return training, validation, test


def save_split(split: Split, folder: Path) -> Path:
    """Writes split-<first 12 digits of the fingerprint>.json into `folder`; the same split gives the same file."""
    path = folder / f"split-{split.fingerprint[:12]}.json"
    text = json.dumps(
        {
            "v": 1,
            "seed": split.seed,
            "fingerprint": split.fingerprint,
            "training": split.training,
            "validation": split.validation,
            "test": split.test,
        }
    )
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def load_split(path: Path) -> Split:
    """A split as it was saved; DataError when the file is missing or damaged."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        parts = [tuple(map(int, raw[name])) for name in ("training", "validation", "test")]
        split = Split(parts[0], parts[1], parts[2], int(raw["seed"]), str(raw["fingerprint"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The split file {path.name} is missing or damaged.", "Make the split again from the Data tab."
        ) from error
    every = [*split.training, *split.validation, *split.test]
    if sorted(every) != list(range(len(every))):
        raise DataError(
            f"The split file {path.name} does not name every row once.", "Make the split again from the Data tab."
        )
    return split


def _targets(rows: int, validation_share: float, test_share: float) -> tuple[int, int, int]:
    """Rows wanted for validation and test, and the least each of them may have."""
    if rows < LEAST_FOR_TEST:
        return min(max(LEAST_VALIDATION, round(rows * validation_share)), rows - 1), 0, LEAST_VALIDATION
    validation, test = (
        min(max(LEAST_HELD_OUT, round(rows * share)), MOST_HELD_OUT) for share in (validation_share, test_share)
    )
    return validation, test if test_share else 0, LEAST_HELD_OUT


def _draw(groups: Groups, validation: int, test: int, least: int) -> tuple[Groups, Groups, Groups] | None:
    """Training, validation and test groups, or None where the groups are too big to give parts of fair size."""
    test_groups, rest = _take(groups, test, least) if test else ([], groups)
    validation_groups, rest = _take(rest, validation, least) if validation else ([], rest)
    missing = (test and not test_groups) or (validation and not validation_groups) or not rest
    return None if missing else (rest, validation_groups, test_groups)


def _take(groups: Groups, wanted: int, least: int) -> tuple[Groups, Groups]:
    """Groups in order as long as they fit into `wanted` rows, and the rest. Where that gives fewer than `least`, the
    smallest of the rest come too; nothing is taken where that would overshoot by far."""
    taken: Groups = []
    rest: Groups = []
    count = 0
    for group in groups:
        fits = count + len(group) <= wanted
        (taken if fits else rest).append(group)
        count += len(group) if fits else 0
    while count < least and rest:
        smallest = min(rest, key=len)
        rest.remove(smallest)
        taken.append(smallest)
        count += len(smallest)
    if not least <= count <= min(max(2 * wanted, least), MOST_HELD_OUT):
        return [], groups
    return taken, rest


def _fingerprint(rows: list[bytes], parts: Iterable[tuple[int, ...]], seed: int) -> str:
    """Over the seed and the contents of each part, whatever the order of rows in the file."""
    sha = hashlib.sha256(f"split 1 seed {seed}\n".encode())
    for part in parts:
        sha.update(f"{len(part)}\n".encode())
        for digest in sorted(rows[row] for row in part):
            sha.update(digest)
    return sha.hexdigest()
