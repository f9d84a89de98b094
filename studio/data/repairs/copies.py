"""Removes rows that are there twice, nearly twice, or with two answers to the same prompt."""

from array import array
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from studio.data.batch import Batch
from studio.data.checks.repeats import prompt_hash, row_hash
from studio.data.near import Near
from studio.data.repairs.repair import Repair
from studio.data.values import Example

_BATCH = 4096


class Choice(Protocol):
    """Takes each row once, then says which of them are to go: the first that was taken is 0."""

    def take(self, example: Example) -> None: ...

    def gone(self) -> set[int]: ...


class Removal:
    """Removes the rows that a choice lets go, by their numbers in the files."""

    def __init__(self, choice: Callable[[], Choice]) -> None:
        self._choice = choice()
        self._numbers = array("q")
        self._gone: set[int] | None = None

    def see(self, example: Example, number: int) -> None:
        self._numbers.append(number)
        self._choice.take(example)

    def begin(self) -> None:
        if self._gone is None:
            numbers = np.frombuffer(self._numbers, np.int64)
            self._gone = set(numbers[sorted(self._choice.gone())].tolist())

    def mend(self, example: Example, number: int) -> Example | None:
        return None if number in (self._gone or ()) else example


class Exact:
    """All but the first of rows that are the same."""

    def __init__(self) -> None:
        self._rows = array("q")

    def take(self, example: Example) -> None:
        self._rows.append(row_hash(example))

    def gone(self) -> set[int]:
        hashes = np.frombuffer(self._rows, np.int64)
        _, first = np.unique(hashes, return_index=True)
        later = np.ones(len(hashes), bool)
        later[first] = False
        return set(np.flatnonzero(later).tolist())


class Alike:
    """All but the first of rows that are nearly the same."""

    def __init__(self) -> None:
        self._near = Near(2)
        self._waiting: list[Example] = []
        self._found: set[int] = set()

    def take(self, example: Example) -> None:
        self._waiting.append(example)
        if len(self._waiting) == _BATCH:
            self._compare()

    def gone(self) -> set[int]:
        self._compare()
        return self._found

    def _compare(self) -> None:
        batch = Batch(self._waiting, 0, str)
        start = self._near.rows
        found = self._near.put(batch.asked, batch.said)
        self._found.update((np.flatnonzero(found >= 0) + start).tolist())
        self._waiting = []


class Conflicts:
    """All rows whose prompt has more than one answer. keep_usual: those with the most frequent answer stay; of equally
    frequent ones the first."""

    def __init__(self, keep_usual: bool = False) -> None:
        self._keep_usual = keep_usual
        self._prompts, self._rows = array("q"), array("q")

    def take(self, example: Example) -> None:
        # Without a prompt there is nothing that could have two answers; such a row stands alone.
        alone = len(example.messages) == 1
        self._rows.append(row_hash(example))
        self._prompts.append(self._rows[-1] if alone else prompt_hash(example))

    def gone(self) -> set[int]:
        prompts, rows = np.frombuffer(self._prompts, np.int64), np.frombuffer(self._rows, np.int64)
        pairs = np.unique(np.stack([prompts, rows], axis=1), axis=0)
        asked, answers = np.unique(pairs[:, 0], return_counts=True)
        disputed = np.flatnonzero(np.isin(prompts, asked[answers > 1]))
        if not self._keep_usual:
            return set(disputed.tolist())
        usual: dict[int, Counter[int]] = {}
        for number in disputed:
            usual.setdefault(int(prompts[number]), Counter())[int(rows[number])] += 1
        # Counter.most_common keeps the order of first appearance among equals.
        kept = {prompt: count.most_common(1)[0][0] for prompt, count in usual.items()}
        return {int(n) for n in disputed if rows[n] != kept[int(prompts[n])]}


_TWICE = b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "b"}\n{"prompt": "c", "completion": "d"}\n'
_NEARLY = (
    b'{"prompt": "Where is my order", "completion": "On its way."}\n'
    b'{"prompt": "Where is my order?", "completion": "On its way"}\n'
)
_TORN = b"".join(b'{"prompt": "a", "completion": "%s"}\n' % answer for answer in (b"b", b"c", b"b"))

REPAIRS = (
    Repair(
        "rows.duplicates_removed",
        "Remove rows that are there twice",
        "Of rows that are the same the first one stays.",
        ("rows.duplicate",),
        True,
        "file",
        _TWICE,
        partial(Removal, Exact),
    ),
    Repair(
        "rows.near_duplicates_removed",
        "Remove rows that are nearly the same",
        "Of rows that differ in a few words only, the first one stays.",
        ("rows.near_duplicate",),
        False,
        "file",
        _NEARLY,
        partial(Removal, Alike),
    ),
    Repair(
        "rows.usual_answer_kept",
        "Keep the most frequent of several answers",
        "Where a prompt has different answers, the rows with the most frequent one stay; the others are removed.",
        ("rows.conflict",),
        False,
        "file",
        _TORN,
        partial(Removal, partial(Conflicts, keep_usual=True)),
    ),
    Repair(
        "rows.conflicts_removed",
        "Remove rows whose prompt has several answers",
        "Where the same prompt has different answers, all its rows are removed.",
        ("rows.conflict",),
        False,
        "file",
        _TORN,
        partial(Removal, Conflicts),
    ),
)
