"""Greedy answers to many prompts at once: all rows write together, new prompts take the places of rows that have ended,
and a beginning that all prompts share is read once. Torch is imported inside.

The answers are those of transformers' own generate; models whose attention cannot be led through attention.py (sliding
windows, state spaces, further terms) go through it.
"""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from studio.inference.desk import MOST_ROWS, MOST_TOKENS, Beginning, Desk
from studio.inference.families import families

LEAST_SHARED = 16
"""Tokens: a shorter common beginning is not worth a pass of its own."""
TOLD_ROWS = 16
"""Answers that are handed on together."""


def common(rows: Sequence[Sequence[int]]) -> int:
    """How many tokens all rows begin with alike, leaving each at least one of its own."""
    first, last = min(rows, key=list), max(rows, key=list)
    most = min(len(row) for row in rows) - 1
    return next((n for n in range(most) if first[n] != last[n]), most)


def shared(network: Any, rows: Sequence[Sequence[int]]) -> Beginning:
    """What all these prompts begin with, read once; empty where that would not pay."""
    length = common(rows) if len(rows) > 1 else 0
    return _begun(network, rows[0][:length]) if length >= LEAST_SHARED and plain(network) else Beginning()


def answer(
    network: Any, rows: Sequence[Sequence[int]], rooms: Sequence[int], end: Sequence[int], pad: int
) -> list[list[int]]:
    """The likeliest next tokens of each prompt, up to its end token (which is left out) or its room.

    rows: token ids of the prompts; rooms: most new tokens of each. Call it where the engine holds the network.
    """
    found = dict(one for some in answers(network, rows, rooms, end, pad) for one in some.items())
    return [found[row] for row in range(len(rows))]


def answers(
    network: Any,
    rows: Sequence[Sequence[int]],
    rooms: Sequence[int],
    end: Sequence[int],
    pad: int,
) -> Iterator[dict[int, list[int]]]:
    """The same as they end, some rows at a time, those that begin alike together and of these the longest first. Every
    step of it must hold the network."""
    for family in families(rows):
        some = [rows[row] for row in family]
        for found in _answers(network, some, [rooms[row] for row in family], end, pad, shared(network, some)):
            yield {family[row]: ids for row, ids in found.items()}


def _answers(
    network: Any,
    rows: Sequence[Sequence[int]],
    rooms: Sequence[int],
    end: Sequence[int],
    pad: int,
    beginning: Beginning,
) -> Iterator[dict[int, list[int]]]:
    if not plain(network):
        for batch in batches([len(row) for row in rows], max(rooms)):
            found = _generated(network, [rows[n] for n in batch], [rooms[n] for n in batch], end, pad)
            yield dict(zip(batch, found, strict=True))
        return
    for batch in batches([len(row) - beginning.length for row in rows], max(rooms), refilled=True):
        desk = Desk(network, [rows[n] for n in batch], [rooms[n] for n in batch], frozenset(end), beginning)
        some: dict[int, list[int]] = {}
        for row, ids in desk.answers():
            some[batch[row]] = ids
            if len(some) == TOLD_ROWS:
                yield some
                some = {}
        if some:
            yield some


def batches(lengths: Sequence[int], room: int, refilled: bool = False) -> Iterator[list[int]]:
    """Positions grouped by falling length, so that little is padded, within the bounds of rows and tokens a batch.

    refilled: rows follow where others ended, so a batch goes on while places of the longest are not too large.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        longest = lengths[batch[0]] + room if batch else 0
        if batch and refilled:
            full = longest * MOST_ROWS > MOST_TOKENS and 2 * (lengths[number] + room) < longest
        else:
            full = len(batch) == MOST_ROWS or longest * (len(batch) + 1) > MOST_TOKENS
        if batch and full:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def plain(network: Any) -> bool:
    """Whether the model can be led through attention.py; tried out once on a few tokens."""
    if network not in _PLAIN:
        known = inspect.signature(network.forward).parameters
        able = {"position_ids", "logits_to_keep"} <= known.keys() and network._supports_attention_backend
        _PLAIN[network] = bool(able) and _every_layer_keeps_all(network) and _alike(network)
    return _PLAIN[network]


_PLAIN: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def _every_layer_keeps_all(network: Any) -> bool:
    from transformers.cache_utils import DynamicCache, DynamicLayer

    layers = DynamicCache(config=network.config.get_text_config()).layers
    return all(type(layer) is DynamicLayer for layer in layers)


def _alike(network: Any) -> bool:
    """Whether a row of a few tokens, read behind a beginning beside another row and written on, ends in the same
    logits as in one piece."""
    import torch

    ids = [number % network.config.get_text_config().vocab_size for number in range(3, 19)]
    with torch.no_grad():
        whole = network(input_ids=torch.tensor([ids], device=network.device)).logits[0, -1]
        rows = [ids[:9], ids[:-1]]
        try:
            desk = Desk(network, rows, [2, 2], frozenset(), _begun(network, ids[:4]))
            desk.write()
            desk.chosen = torch.tensor([ids[-1]] * 2, device=network.device)
            pieces = desk.logits([])[desk.open.index(1)]
        except TypeError:  # its layers do not hand on what attention.py needs
            return False
    return bool(torch.allclose(whole.float(), pieces.float(), rtol=2e-2, atol=2e-2 * float(whole.float().std())))


def _begun(network: Any, ids: Sequence[int]) -> Beginning:
    import torch

    asked = torch.tensor([list(ids)], device=network.device)
    told = network(input_ids=asked, use_cache=True, logits_to_keep=1).past_key_values
    return Beginning(len(ids), [(layer.keys[0], layer.values[0]) for layer in told.layers])


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
