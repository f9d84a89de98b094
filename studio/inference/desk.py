"""Prompts on their way to answers: each pass adds a token to every row that is written, and reads new prompts into the
places of rows that have ended. Torch is imported inside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

READ_TOKENS = 512
"""Prompts read in one pass: fewer use the processor badly, more leave its cache."""
MOST_ROWS = 64
"""Rows that write at once."""
MOST_TOKENS = 16384
"""Tokens that all of them may have, with the room for their answers."""


@dataclass(frozen=True)
class Beginning:
    """The first `length` tokens of every prompt, with the keys and values of each layer of the network for them."""

    length: int = 0
    layers: list[tuple[Any, Any]] = field(default_factory=list)


def passed(network: Any, memory: Any, ids: Any, places: Sequence[int], wanted: Sequence[int]) -> Any:
    """One pass over tokens that stand one after the other, as `memory` was prepared for them: the logits at the wanted
    ones, (wanted, vocabulary). ids: tensor (tokens,); places: of each in its row."""
    import torch

    from studio.inference.attention import through

    with through(network):
        told = network(
            input_ids=ids[None],
            position_ids=torch.tensor([places], device=network.device),
            use_cache=False,
            logits_to_keep=torch.tensor(wanted, device=network.device),
            memory=memory,
        )
    return told.logits[0]


class Desk:
    """Prompts on their way to answers, longest first. open: the rows that are being written, by their place."""

    def __init__(
        self, network: Any, rows: Sequence[Sequence[int]], rooms: Sequence[int], end: frozenset[int], before: Beginning
    ) -> None:
        import torch

        from studio.inference.attention import Memory

        self._network, self._end, self._rooms, self._before = network, end, rooms, before
        self._own = [list(row[before.length :]) for row in rows]
        self._waiting = sorted(range(len(rows)), key=lambda row: len(self._own[row]))
        room = max(len(own) + room for own, room in zip(self._own, rooms, strict=True))
        self._most = max(1, min(MOST_ROWS, len(rows), MOST_TOKENS // room))
        self._memory = Memory(self._most, room, before.layers)
        self._found: list[list[int]] = [[] for _ in rows]
        self.open: list[int] = []
        self.chosen = torch.zeros(0, dtype=torch.long, device=network.device)

    def answers(self) -> Iterator[tuple[int, list[int]]]:
        """Row and answer, as they end."""
        while self._waiting or self.open:
            self.write()
            yield from self._ended()

    def write(self) -> None:
        """One token for every open row, and the first one for as many of the waiting as there is room for."""
        fresh: list[int] = []
        tokens = 0
        while self._waiting and len(self.open) + len(fresh) < self._most:
            tokens += len(self._own[self._waiting[-1]])
            if fresh and tokens > READ_TOKENS:
                break
            fresh.append(self._waiting.pop())
        self.chosen = self.logits(fresh).float().argmax(-1)
        self.open += fresh
        for row, token in zip(self.open, self.chosen.tolist(), strict=True):
            self._found[row].append(token)

    def logits(self, fresh: Sequence[int]) -> Any:
        """Of the next token of every open row and then of the fresh ones: (rows, vocabulary)."""
        import torch

        device, begins = self._network.device, self._before.length
        lengths = [self._kept(row) for row in self.open]
        counts = [len(self._own[row]) for row in fresh]
        read = list(enumerate(counts, len(lengths)))
        self._memory.prepare(lengths, read, device)
        new = torch.tensor([token for row in fresh for token in self._own[row]], dtype=torch.long, device=device)
        places = [begins + place for place in (*lengths, *(place for count in counts for place in range(count)))]
        ends = accumulate([*[1] * len(lengths), *counts])
        return passed(self._network, self._memory, torch.cat([self.chosen, new]), places, [end - 1 for end in ends])

    def _kept(self, row: int) -> int:
        """How many tokens of a row lie in the memory: its newest is not there yet."""
        return len(self._own[row]) + len(self._found[row]) - 1

    def _ended(self) -> Iterator[tuple[int, list[int]]]:
        """The rows that have ended; each gives its place to the last one."""
        places = list(range(len(self.open)))
        for place in reversed(places):
            row = self.open[place]
            found = self._found[row]
            if found[-1] not in self._end and len(found) < self._rooms[row]:
                continue
            yield row, found[:-1] if found[-1] in self._end else found
            last = self.open.pop()
            moved = places.pop()
            if last != row:
                self._memory.move(len(self.open), place, self._kept(last))
                self.open[place], places[place] = last, moved
        if len(places) < len(self.chosen):
            self.chosen = self.chosen[places]
