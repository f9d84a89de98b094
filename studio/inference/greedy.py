"""Greedy answers to many prompts at once: one key-value cache, a beginning that all prompts share computed once, and
rows that have ended leave the batch. Torch is imported inside.

The answers are those of transformers' own generate; models whose cache is not plain attention (sliding windows, state
spaces) and those that cannot be told positions go through it.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LEAST_SHARED = 16
"""Tokens: a shorter common beginning is not worth a pass of its own."""
READ_ROWS = 8
"""Prompts read at once: more of them differ more in length, and padding costs as much as words."""
LEAST_ENDED = 0.25
"""The share of a batch that must have ended before the others are copied into a smaller one."""


@dataclass(frozen=True)
class Beginning:
    """The first `length` tokens of every prompt, with what the network computed of them."""

    length: int
    cache: Any


def common(rows: Sequence[Sequence[int]]) -> int:
    """How many tokens all rows begin with alike, leaving each at least one of its own."""
    first, last = min(rows, key=list), max(rows, key=list)
    most = min(len(row) for row in rows) - 1
    return next((n for n in range(most) if first[n] != last[n]), most)


def shared(network: Any, rows: Sequence[Sequence[int]]) -> Beginning | None:
    """What all these prompts begin with, read once; None where that would not pay or the model cannot go on from it."""
    import torch

    if len(rows) < 2 or not plain(network):
        return None
    length = common(rows)
    if length < LEAST_SHARED:
        return None
    ids = torch.tensor([list(rows[0][:length])], device=network.device)
    return Beginning(length, network(input_ids=ids, use_cache=True, **_last_alone(network)).past_key_values)


def answer(
    network: Any,
    rows: Sequence[Sequence[int]],
    rooms: Sequence[int],
    end: Sequence[int],
    pad: int,
    beginning: Beginning | None = None,
) -> list[list[int]]:
    """The likeliest next tokens of each prompt, up to its end token (which is left out) or its room.

    rows: token ids of the prompts; rooms: most new tokens of each. Call it where the engine holds the network.
    """
    if not plain(network):
        return _generated(network, rows, rooms, end, pad)
    return _Batch(network, rows, rooms, frozenset(end), pad, beginning).run()


def plain(network: Any) -> bool:
    """Whether the model's cache is one of plain attention, that can be repeated and thinned, and positions can be
    told."""
    from studio.inference.cache import is_plain

    return "position_ids" in inspect.signature(network.forward).parameters and is_plain(_config(network))


def _config(network: Any) -> Any:
    return network.config.get_text_config()


def _last_alone(network: Any) -> dict[str, int]:
    known = inspect.signature(network.forward).parameters
    return {"logits_to_keep": 1} if "logits_to_keep" in known else {}


class _Batch:
    """One batch on its way. Prompts are read in small groups of about the same length, then all rows write together;
    padding stands between the shared beginning and a row's own tokens, and is masked."""

    def __init__(
        self,
        network: Any,
        rows: Sequence[Sequence[int]],
        rooms: Sequence[int],
        end: frozenset[int],
        pad: int,
        beginning: Beginning | None,
    ) -> None:
        self._network, self._end, self._rooms, self._pad = network, end, list(rooms), pad
        self._more = _last_alone(network)
        self._beginning = beginning
        self._shared = beginning.length if beginning else 0
        self._own = [list(row[self._shared :]) for row in rows]

    def run(self) -> list[list[int]]:
        import torch

        found: list[list[int]] = [[] for _ in self._rooms]
        alive, ended = list(range(len(self._rooms))), set[int]()
        chosen, cache = self._read()
        mask = self._mask(alive, max(map(len, self._own)))
        places = mask.sum(-1, keepdim=True)
        while True:
            for row, token in zip(alive, chosen.tolist(), strict=True):
                if row not in ended and token not in self._end:
                    found[row].append(token)
                if token in self._end or len(found[row]) >= self._rooms[row]:
                    ended.add(row)
            going = [place for place, row in enumerate(alive) if row not in ended]
            if not going:
                return found
            if len(alive) - len(going) >= LEAST_ENDED * len(alive):
                kept = torch.tensor(going, device=chosen.device)
                cache.batch_select_indices(kept)
                mask, places, chosen = mask[kept], places[kept], chosen[kept]
                alive = [alive[place] for place in going]
            mask = torch.cat([mask, mask.new_ones(len(alive), 1)], dim=1)
            chosen = self._next(chosen[:, None], mask, places, cache)
            places = places + 1

    def _read(self) -> tuple[Any, Any]:
        """The first token after each prompt, and the cache of all prompts."""
        import torch

        from studio.inference.cache import begun, gathered

        device, config = self._network.device, _config(self._network)
        before = self._beginning.cache if self._beginning else None
        order = sorted(range(len(self._own)), key=lambda row: len(self._own[row]))
        chosen = torch.zeros(len(order), dtype=torch.long, device=device)
        parts = []
        for start in range(0, len(order), READ_ROWS):
            group = order[start : start + READ_ROWS]
            width = len(self._own[group[-1]])
            ids = [[self._pad] * (width - len(self._own[row])) + self._own[row] for row in group]
            mask = self._mask(group, width)
            places = (mask.cumsum(-1) - 1).clamp(min=0)[:, self._shared :]
            cache = begun(config, self._shared + width, len(group), before)
            chosen[group] = self._next(torch.tensor(ids, device=device), mask, places, cache)
            parts.append((group, cache))
        width = max(map(len, self._own))
        return chosen, gathered(config, self._shared + width + max(self._rooms), parts, self._shared, width)

    def _next(self, ids: Any, mask: Any, places: Any, cache: Any) -> Any:
        told = self._network(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            **self._more,
        )
        return told.logits[:, -1].float().argmax(-1)

    def _mask(self, rows: Sequence[int], width: int) -> Any:
        import torch

        lengths = [len(self._own[row]) for row in rows]
        ones = [[1] * self._shared + [0] * (width - length) + [1] * length for length in lengths]
        return torch.tensor(ones, device=self._network.device)


def _generated(
    network: Any, rows: Sequence[Sequence[int]], rooms: Sequence[int], end: Sequence[int], pad: int
) -> list[list[int]]:
    import torch

    longest = max(map(len, rows))
    ids = [[pad] * (longest - len(row)) + list(row) for row in rows]
    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
    found = network.generate(
        input_ids=torch.tensor(ids, device=network.device),
        attention_mask=torch.tensor(mask, device=network.device),
        max_new_tokens=max(rooms),
        do_sample=False,
    )
    told = (row[:room] for row, room in zip(found[:, longest:].tolist(), rooms, strict=True))
    return [next((row[:n] for n, token in enumerate(row) if token in end), row) for row in told]
