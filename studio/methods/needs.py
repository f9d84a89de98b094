"""What a training takes of a machine, reckoned before anything is loaded.

The shape of the formulas is what training holds: weights, gradients and AdamW's two moments, what the layers keep for
the way back, the logits. The constants were fitted to measured peaks; a test holds both against records of such peaks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from studio.methods.base import Layer, Method

PROCESS = 477_000_000
"""Bytes: Python with torch, transformers and peft."""
ACTIVATIONS = {"model": 29, "adapter": 34}
"""Numbers kept for the way back, for each token, layer and place of the hidden state; beside what is trained."""
READING = 21
"""The same for a model that tells labels: nothing is written, so that less is kept."""
LOGITS = 3
"""Numbers for each trained token and word of the vocabulary: the logits, their logarithms, their gradients."""
LEARNING = 8
"""Bytes for each trained weight: itself and its gradient, in single precision."""
Moments = Literal["whole", "8-bit", "paged"]
"""How AdamW keeps its two moments of each trained weight: in single precision, in 8 bits, or in 8 bits that are moved
to the memory of the machine when the card's is full."""
WHOLE, EIGHT_BITS = 8, 2 + 8 / 256
"""Bytes of both moments for each trained weight. Of 8 bits, with the scales of their blocks."""
FOUR_BITS = 0.57
"""Bytes for each weight held in 4 bits, with the scales of its block."""
SINGLE, HALF = 4, 2
CHECKPOINTS = 3
"""The best, the last, and one that is being written."""


class Base(Protocol):
    """A base model; studio.models.ModelInfo fits."""

    @property
    def parameters(self) -> int: ...
    @property
    def layers(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def vocabulary(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def dtype(self) -> str: ...


@dataclass(frozen=True)
class Batch:
    """The largest step. tokens: with padding. trained: those that are learned."""

    tokens: int
    trained: int


@dataclass(frozen=True)
class Spared:
    """What a training does to need less of a graphics card. twice: layers are computed again on the way back instead of
    being kept. moments: how the optimiser keeps its own. divided: over how many cards weights, gradients and moments
    are divided."""

    twice: bool = False
    moments: Moments = "whole"
    divided: int = 1


NOTHING = Spared()
WAYS = (NOTHING, Spared(twice=True), Spared(twice=True, moments="8-bit"), Spared(twice=True, moments="paged"))
SHARE = 0.9
"""Of a card's free memory that a training may be reckoned to take; the reckoning was fitted on processors."""


def first_that_fits(reckoned: Callable[[Spared], int], free: int, eight_bits: bool, cards: int) -> Spared:
    """What is to be spared on a graphics card, or the most that can be. reckoned: bytes that a card then needs; free:
    of the fullest card; eight_bits: whether the optimiser can do that; cards: over so many a model may be divided."""
    ways = [way for way in WAYS if eight_bits or way.moments == "whole"]
    most_sparing = ways[-1]
    if cards > 1:
        most_sparing = Spared(twice=True, divided=cards)
        # before moments are rounded to 8 bits
        ways[2:2] = [Spared(divided=cards), most_sparing]
    return next((way for way in ways if reckoned(way) <= SHARE * free), most_sparing)


def of_a_card(tokens_per_step: int, longest: int, cards: int) -> int:
    """Tokens of a step that one of so many cards gets: its share of the rows, and one row at least."""
    share = tokens_per_step // cards + (longest if cards > 1 else 0)
    return max(longest, min(tokens_per_step, share))


def memory_bytes(
    method: Method,
    model: Base,
    layers: tuple[Layer, ...],
    batch: Batch,
    trained: int,
    precision: int,
    spared: Spared = NOTHING,
) -> int:
    """The most memory the training's process will have, or each of them. layers: linear ones of the blocks; trained:
    weights that move; precision: bytes in which a frozen weight is held."""
    blocks = sum(layer.inputs * layer.outputs for layer in layers)
    moved = trained * LEARNING + _moments(method, model, trained, spared.moments)
    if method.keeps == "model":
        # weights that are stored shorter are read and then widened, and both are there
        held: float = moved + (model.bytes if model.dtype != "float32" else 0)
    else:
        squeezed = blocks if method.holds == "in 4 bits" else 0
        held = (model.parameters - squeezed) * precision + squeezed * FOUR_BITS + moved
    if spared.divided > 1:
        # whole at a time: all that lies outside the blocks, one block that is computed and the next one, which comes
        whole = model.parameters - blocks + 2 * blocks / max(1, model.layers)
        held = held / spared.divided + whole * (2 * SINGLE if method.keeps == "model" else precision)
    kept = READING if method.teaches == "labels" else ACTIVATIONS[method.keeps]
    # computed twice: what goes into each layer, and all of the one that is gone back through
    places = model.layers + kept if spared.twice else model.layers * kept
    states = batch.tokens * model.hidden_size * places * SINGLE
    logits = 0 if method.teaches == "labels" else batch.trained * model.vocabulary * LOGITS * SINGLE
    return int(PROCESS + held + states + logits)


def _moments(method: Method, model: Base, trained: int, moments: Moments) -> float:
    """Bytes of the optimiser's moments. In 8 bits those of the words' vectors stay whole."""
    if moments == "paged":
        return 0
    if moments == "whole":
        return trained * WHOLE
    words = min(trained, model.vocabulary * model.hidden_size) if method.keeps == "model" else 0
    return words * WHOLE + (trained - words) * EIGHT_BITS


def disk_bytes(trained: int) -> int:
    """What the checkpoints take while the training goes on; of the trained weights, the rest is next to nothing."""
    return CHECKPOINTS * SINGLE * trained
