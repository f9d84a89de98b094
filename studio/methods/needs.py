"""What a training takes of a machine without a graphics card, reckoned before anything is loaded.

The shape of the formulas is what training holds: weights, gradients and AdamW's two moments, what the layers keep for
the way back, the logits. The constants were fitted to measured peaks; a test holds both against records of such peaks.
"""

from dataclasses import dataclass
from typing import Protocol

from studio.methods.base import Layer, Method

PROCESS = 477_000_000
"""Bytes: Python with torch, transformers and peft."""
ACTIVATIONS = {"model": 29, "adapter": 34}
"""Numbers kept for the way back, for each token, layer and place of the hidden state; beside what is trained."""
READING = 21
"""The same for a model that tells labels: nothing is written, so that less is kept."""
LOGITS = 3
"""Numbers for each trained token and word of the vocabulary: the logits, their logarithms, their gradients."""
TRAINED = 16
"""Bytes for each trained weight: itself, its gradient and two moments, in single precision."""
FOUR_BITS = 0.57
"""Bytes for each weight held in 4 bits, with the scales of its block."""
SINGLE = 4
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


def memory_bytes(
    method: Method, model: Base, layers: tuple[Layer, ...], batch: Batch, trained: int, precision: int
) -> int:
    """The most memory the training's process will have. layers: linear ones of the blocks; trained: weights that move;
    precision: bytes in which a frozen weight is held."""
    if method.keeps == "model":
        # weights that are stored shorter are read and then widened, and both are there
        held: float = trained * TRAINED + (model.bytes if model.dtype != "float32" else 0)
    else:
        squeezed = sum(layer.inputs * layer.outputs for layer in layers) if method.holds == "in 4 bits" else 0
        held = (model.parameters - squeezed) * precision + squeezed * FOUR_BITS + trained * TRAINED
    kept = READING if method.teaches == "labels" else ACTIVATIONS[method.keeps]
    states = batch.tokens * model.layers * model.hidden_size * kept * SINGLE
    logits = 0 if method.teaches == "labels" else batch.trained * model.vocabulary * LOGITS * SINGLE
    return int(PROCESS + held + states + logits)


def disk_bytes(trained: int) -> int:
    """What the checkpoints take while the training goes on; of the trained weights, the rest is next to nothing."""
    return CHECKPOINTS * SINGLE * trained
