"""The key-value cache of one batch, with all the room it will need taken at once: what a step adds is written into its
place, where transformers' own cache copies everything anew at each step. Needs torch: for job processes alone."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, tensor
from transformers.cache_utils import DynamicCache, DynamicLayer


class _Layer(DynamicLayer):
    """One layer's keys and values: views into buffers of shape (rows, heads, room, width of a head)."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room
        self._buffers: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        begins = self.get_seq_length() if self._buffers is not None else 0
        ends = begins + key_states.shape[-2]
        if self._buffers is None:
            self.dtype, self.device, self.is_initialized = key_states.dtype, key_states.device, True
            self._buffers = (self._empty(key_states), self._empty(value_states))
        for buffer, new in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, begins:ends] = new
        self._shown(ends)
        return self.keys, self.values

    def batch_select_indices(self, indices: Tensor) -> None:
        keys, values = self.keys[indices], self.values[indices]
        self._buffers = None
        self.update(keys, values)

    def gather(self, parts: Sequence[tuple[Sequence[int], DynamicLayer]], shared: int, width: int) -> None:
        """Fills the layer with parts: (rows, a layer that holds `shared` tokens and then theirs). Each row's own tokens
        end at shared + width; what lies before them is zero, and masked by the caller."""
        rows = sum(len(numbers) for numbers, _ in parts)
        first = parts[0][1]
        self.dtype, self.device, self.is_initialized = first.dtype, first.device, True
        self._buffers = tuple(self._empty(one[:1].expand(rows, -1, -1, -1)) for one in (first.keys, first.values))  # type: ignore[assignment]
        assert self._buffers is not None
        for numbers, layer in parts:
            places = tensor(numbers, device=self.device)
            for buffer, own in zip(self._buffers, (layer.keys, layer.values), strict=True):
                gap = width - (own.shape[-2] - shared)
                buffer[places, :, :shared] = own[:, :, :shared]
                buffer[places, :, shared : shared + gap] = 0
                buffer[places, :, shared + gap : shared + width] = own[:, :, shared:]
        self._shown(shared + width)

    def _empty(self, like: Tensor) -> Tensor:
        return like.new_empty(*like.shape[:2], self._room, like.shape[-1])

    def _shown(self, ends: int) -> None:
        assert self._buffers is not None
        self.keys, self.values = (buffer[:, :, :ends] for buffer in self._buffers)


def begun(config: Any, room: int, rows: int, beginning: DynamicCache | None) -> DynamicCache:
    """A cache for `rows` rows of at most `room` tokens. beginning: what one row that all of them begin with has left,
    if any."""
    made = _made(config, room)
    for layer, one in zip(made.layers, beginning.layers if beginning else (), strict=False):
        layer.update(one.keys.expand(rows, -1, -1, -1), one.values.expand(rows, -1, -1, -1))
    return made


def gathered(
    config: Any, room: int, parts: Sequence[tuple[Sequence[int], DynamicCache]], shared: int, width: int
) -> DynamicCache:
    """One cache of several (rows, cache), each read by itself; see _Layer.gather."""
    made = _made(config, room)
    for number, layer in enumerate(made.layers):
        assert isinstance(layer, _Layer)
        layer.gather([(rows, part.layers[number]) for rows, part in parts], shared, width)
    return made


def is_plain(config: Any) -> bool:
    """Whether every layer of the model keeps keys and values of all tokens, and nothing else."""
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=config).layers)


def _made(config: Any, room: int) -> DynamicCache:
    made = DynamicCache(config=config)
    made.layers = [_Layer(room) for _ in made.layers]
    return made
