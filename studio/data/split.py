"""Which rows teach, steer and judge: a seeded split by content, and its file.

Rows go by the hash of what they say, not by their place, so that a sorted or shuffled copy of a file splits the same.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.data.keys import row_digest
from studio.data.values import Example, Split
from studio.errors import DataError, OptionError

LEAST_ROWS = 4
LEAST_FOR_TEST = 40
LEAST_HELD_OUT = 8
MOST_HELD_OUT = 500
LEAST_VALIDATION = 2

_Groups = list[list[int]]


def make_split(
    examples: Sequence[Example], seed: int = 17, validation_share: float = 0.1, test_share: float = 0.1
) -> Split:
    """Training, validation and test rows; each held-out part has 8 to 500 rows, below 40 rows there is no test.

    Rows with the same prompt stay on one side. Where that cannot be (few prompts for many rows), rows that are the
    same in full stay on one side; where even that cannot be, the test part stays empty and single rows are drawn for
    validation. Raises DataError below 4 rows, OptionError for shares that leave nothing for training.
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
    rows = [row_digest(example.messages) for example in examples]
    prompts = [row_digest(example.prompt) for example in examples]
    targets = _targets(len(examples), validation_share, test_share)
    parts = _draw(_groups(prompts, seed), *targets) or _draw(_groups(rows, seed), *targets)
    if parts is None:
        singles = [[row] for row in sorted(range(len(rows)), key=lambda row: _order(rows[row], seed))]
        parts = singles[LEAST_VALIDATION:], singles[:LEAST_VALIDATION], []
    training, validation, test = (tuple(sorted(row for group in part for row in group)) for part in parts)
    print_ = _fingerprint(rows, (training, validation, test), seed)
    return Split(training, validation, test, seed, print_)


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


def _order(digest: bytes, seed: int) -> bytes:
    return hashlib.sha256(str(seed).encode() + b"\n" + digest).digest()


def _groups(digests: Iterable[bytes], seed: int) -> _Groups:
    """Rows with the same digest together, the groups in the order the seed gives them."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests):
        groups[digest].append(row)
    return [groups[digest] for digest in sorted(groups, key=lambda digest: _order(digest, seed))]


def _draw(groups: _Groups, validation: int, test: int, least: int) -> tuple[_Groups, _Groups, _Groups] | None:
    """Training, validation and test groups, or None where the groups are too big to give parts of fair size."""
    test_groups, rest = _take(groups, test, least) if test else ([], groups)
    validation_groups, rest = _take(rest, validation, least)
    missing = (test and not test_groups) or not validation_groups or not rest
    return None if missing else (rest, validation_groups, test_groups)


def _take(groups: _Groups, wanted: int, least: int) -> tuple[_Groups, _Groups]:
    """Groups in order as long as they fit into `wanted` rows, and the rest. Where that gives fewer than `least`, the
    smallest of the rest come too; nothing is taken where that would overshoot by far."""
    taken: _Groups = []
    rest: _Groups = []
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
