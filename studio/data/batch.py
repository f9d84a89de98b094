"""Usable rows a few thousand at a time: checks that look into texts look at all of them at once, which is many times
faster than row by row."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from studio.data.values import Example, Message

MOST_ROWS = 4096
MOST_CHARACTERS = 2_000_000
_GAP = "\n"
"""Between two texts; no pattern that is searched for in all of them at once goes across the end of a line."""

Field = Callable[[int], str]
"""The path of a row's n-th turn."""


class Batch:
    """examples: rows of one file, in order. start: how many usable rows came before them. field: names their turns."""

    def __init__(self, examples: list[Example], start: int, field: Field) -> None:
        self.examples = examples
        self.start = start
        self.field = field
        self._found: dict[re.Pattern[str], list[tuple[Example, int]]] = {}

    @cached_property
    def asked(self) -> list[str]:
        """What each row asks: the texts of its turns before the answer, without the system's."""
        return ["\n".join(m.content for m in e.messages[:-1] if m.role != "system") for e in self.examples]

    @cached_property
    def said(self) -> list[str]:
        """What each row answers; of a preference both answers."""
        return [
            "\n".join([e.answer, *(m.content for m in e.rejected)]) if e.rejected else e.answer for e in self.examples
        ]

    @cached_property
    def text(self) -> str:
        """All texts of all turns in one; of a system prompt that comes again and again only the first."""
        return _GAP.join(self._texts)

    @cached_property
    def sizes(self) -> list[int]:
        """Characters of each row's turns."""
        return [_size(example) for example in self.examples]

    def turns_with(self, pattern: re.Pattern[str]) -> list[tuple[Example, int]]:
        """The turns in which the pattern occurs, each once: the row and the number of its turn. A rejected turn counts
        on after the others."""
        if pattern not in self._found:
            places = {bisect_right(self._starts, match.start()) - 1: None for match in pattern.finditer(self.text)}
            self._found[pattern] = [self._turns[place] for place in places]
        return self._found[pattern]

    def path(self, example: Example, place: int) -> str | None:
        """The path of a turn's text in the file; None for a rejected turn."""
        return self.field(place) if place < len(example.messages) else None

    @cached_property
    def _turns(self) -> list[tuple[Example, int]]:
        return [turn for turn, _ in self._flat]

    @cached_property
    def _texts(self) -> list[str]:
        return [text for _, text in self._flat]

    @cached_property
    def _flat(self) -> list[tuple[tuple[Example, int], str]]:
        flat = []
        systems: set[str] = set()
        for example in self.examples:
            for place, message in enumerate(example.messages):
                if message.role == "system":
                    if message.content in systems:
                        continue
                    systems.add(message.content)
                flat.append(((example, place), message.content))
            if example.rejected:
                own = len(example.messages)
                flat += [((example, own + place), m.content) for place, m in enumerate(example.rejected)]
        return flat

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + len(_GAP) for text in self._texts)]


def turn_of(example: Example, place: int) -> Message:
    """The n-th turn of a row, the rejected ones counted on after the others."""
    own = len(example.messages)
    return example.messages[place] if place < own else example.rejected[place - own]


def batches(examples: Iterable[Example], field: Field) -> Iterator[Batch]:
    """Groups of bounded size; a group ends where another file begins."""
    group: list[Example] = []
    start = characters = 0
    for example in examples:
        if group and (len(group) == MOST_ROWS or characters >= MOST_CHARACTERS or example.file != group[-1].file):
            yield Batch(group, start, field)
            start += len(group)
            group, characters = [], 0
        group.append(example)
        characters += _size(example)
    if group:
        yield Batch(group, start, field)


def _size(example: Example) -> int:
    # A plain loop: this is asked of every row, and a generator would take twice the time.
    size = 0
    for message in example.messages:
        size += len(message.content)
    return size
