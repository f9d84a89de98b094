"""Attention of many rows in one pass: some write their next token, others are read for the first time, and a beginning
that all of them share is looked at once for all. Their keys and values lie here, with all the room taken at once.

The tokens of a pass stand one after the other, (1, tokens), so nothing is padded. transformers' models call `attend`
through its register of attention functions while `through` holds. Needs torch: for job and inference processes alone.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

NAME = "studio_rows"

Layer = tuple[Tensor, Tensor]
"""Keys and values."""


BLOCK = 16
"""Rows that look at their own tokens together, as far as the longest of them goes."""


@dataclass(frozen=True)
class Block:
    """Some rows, of which the longest has so many tokens; later: where a row has none yet, (rows, 1, 1, longest)."""

    rows: slice
    longest: int
    later: Tensor


@dataclass(frozen=True)
class Pass:
    """What one pass goes over: first one token of each of the first rows, which have `lengths` tokens here; then the
    prompts of `read`: row, tokens, and what each may look at (None: what comes before)."""

    lengths: Tensor
    blocks: Sequence[Block]
    read: Sequence[tuple[int, int, Tensor | None]]


class Memory:
    """Keys and values of every layer: buffers of shape (rows, heads, room, width of a head), filled from the left; of
    the beginning (heads, tokens, width of a head)."""

    def __init__(self, rows: int, room: int, beginning: Sequence[Layer]) -> None:
        """room: tokens that a row may have beside the beginning."""
        self._rows, self._room, self._beginning = rows, room, beginning
        self._layers: dict[int, Layer] = {}
        self._pass: Pass | None = None

    def move(self, row: int, to: int, length: int) -> None:
        """A row takes the place of one that has ended."""
        for layer in self._layers.values():
            for buffer in layer:
                buffer[to, :, :length] = buffer[row, :, :length]

    def prepare(self, lengths: Sequence[int], read: Sequence[tuple[int, int]], device: Any) -> None:
        """Before a pass. lengths: of each of the first rows, how many tokens it has here; read: row and tokens of each
        prompt."""
        behind = torch.tensor(lengths, dtype=torch.long, device=device)
        blocks = []
        for start in range(0, len(lengths), BLOCK):
            rows = slice(start, min(start + BLOCK, len(lengths)))
            longest = max(lengths[rows]) + 1
            later = torch.arange(longest, device=device) > behind[rows, None]
            blocks.append(Block(rows, longest, later[:, None, None]))
        begins = self._beginning[0][0].shape[1] if self._beginning else 0
        seen = [(row, count, _seen(begins, count, device) if begins else None) for row, count in read]
        self._pass = Pass(behind, blocks, seen)

    def attend(self, number: int, query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
        """Keeps the keys and values of this layer, (heads, tokens, width), and gives what the queries of shape (key
        heads, queries each, tokens, width) find; the same shape."""
        if number not in self._layers:
            self._layers[number] = (self._empty(key), self._empty(value))
        assert self._pass is not None
        keys, values = self._layers[number]
        writing = len(self._pass.lengths)
        found, ahead = torch.empty_like(query), writing
        for row, count, seen in self._pass.read:
            part = slice(ahead, ahead + count)
            keys[row, :, :count], values[row, :, :count] = key[:, part], value[:, part]
            found[:, :, part] = self._read(number, query[:, :, part], key[:, part], value[:, part], scaling, seen)
            ahead += count
        if writing:
            rows = torch.arange(writing, device=key.device) * len(key) * self._room + self._pass.lengths
            slots = (torch.arange(len(key), device=key.device)[:, None] * self._room + rows).flatten()
            for buffer, new in ((keys, key), (values, value)):
                buffer.view(-1, key.shape[-1]).index_copy_(0, slots, new[:, :writing].flatten(0, 1))
            found[:, :, :writing] = self._written(number, query[:, :, :writing], scaling, self._pass.blocks)
        return found

    def _read(
        self, number: int, query: Tensor, key: Tensor, value: Tensor, scaling: float, seen: Tensor | None
    ) -> Tensor:
        """One prompt looks at the beginning and at itself."""
        heads, each, _, width = query.shape
        if self._beginning:
            first, second = self._beginning[number]
            key, value = torch.cat([first, key], 1), torch.cat([second, value], 1)
        shape = (1, heads * each, -1, width)
        keys, values = (one[:, None].expand(-1, each, -1, -1).reshape(shape) for one in (key, value))
        found = scaled_dot_product_attention(
            query.reshape(shape), keys, values, attn_mask=seen, is_causal=seen is None, scale=scaling
        )
        return found.view_as(query)

    def _written(self, number: int, query: Tensor, scaling: float, blocks: Sequence[Block]) -> Tensor:
        """One token of each row looks at the beginning, all rows together, and at its own row."""
        heads, each, rows, width = query.shape
        keys, values = self._layers[number]
        length, before = 0, None
        if self._beginning:
            length = self._beginning[number][0].shape[1]
            flat = query.reshape(heads, each * rows, width)
            before = torch.matmul(flat, self._beginning[number][0].transpose(1, 2)).float() * scaling
            before = before.view(heads, each, rows, length).permute(2, 0, 1, 3)
        there, here = [], []
        queries = query.permute(2, 0, 1, 3)
        for block in blocks:
            own = torch.matmul(queries[block.rows], keys[block.rows, :, : block.longest].transpose(2, 3)).float()
            own = (own * scaling).masked_fill_(block.later, -torch.inf)
            scores = own if before is None else torch.cat([before[block.rows], own], -1)
            weights = scores.softmax(-1).to(query.dtype)
            there.append(weights[..., :length])
            here.append(torch.matmul(weights[..., length:], values[block.rows, :, : block.longest]))
        found = torch.cat(here).permute(1, 2, 0, 3)
        if not self._beginning:
            return found
        shares = torch.cat(there).permute(1, 2, 0, 3).reshape(heads, each * rows, length)
        return found + torch.matmul(shares, self._beginning[number][1]).view_as(query)

    def _empty(self, like: Tensor) -> Tensor:
        # Zeros: a weight of nothing times what happens to lie there would not be nothing.
        heads, _, width = like.shape
        return like.new_zeros(self._rows, heads, self._room, width)


def _seen(before: int, count: int, device: Any) -> Tensor:
    return torch.ones(count, before + count, dtype=torch.bool, device=device).tril(before)


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    memory: Memory,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """The attention function in transformers' form: query (1, heads, tokens, width); the answer (1, tokens, heads,
    width). memory: comes through the model's further arguments."""
    heads, width = key.shape[1], query.shape[-1]
    grouped = query[0].view(heads, -1, *query.shape[2:])
    found = memory.attend(module.layer_idx, grouped, key[0], value[0], width**-0.5 if scaling is None else scaling)
    return found.view(-1, *found.shape[2:]).transpose(0, 1)[None], None


@contextmanager
def through(network: Any) -> Iterator[None]:
    """While it holds, the network attends through `attend`."""
    config = network.config.get_text_config()
    before = config._attn_implementation
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before


AttentionInterface.register(NAME, attend)
