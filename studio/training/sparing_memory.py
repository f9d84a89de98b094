"""What a training does on a graphics card that is too small for it, in this order: compute twice what its layers
compute instead of keeping it (gradient checkpointing, Chen et al. 2016, arXiv 1604.06174), keep the optimiser's moments
in 8 bits, and let those go to the memory of the machine when the card is full.

On a processor nothing of it is done: what does not fit there is told before the start.
"""

from pathlib import Path
from typing import Any

import torch

from studio.methods import needs
from studio.methods.base import Layer, Method
from studio.methods.needs import NOTHING, Batch, Spared
from studio.methods.training_options import TrainingOptions
from studio.models import ModelInfo, weights

HALF = 2
SHARE = 0.9
"""Of the free memory that a training may be reckoned to take; the reckoning was fitted on processors."""
WAYS = (NOTHING, Spared(twice=True), Spared(twice=True, moments="8-bit"), Spared(twice=True, moments="paged"))


def free_bytes() -> int | None:
    """Of the graphics card in use, with what this process has of it and does not use; None without one."""
    if not torch.cuda.is_available():
        return None
    return int(torch.cuda.mem_get_info()[0]) + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()


def chosen(
    method: Method, info: ModelInfo, options: TrainingOptions, longest: int, free: int | None, eight_bits: bool
) -> Spared:
    """The first way that fits, else the most sparing. longest: tokens of the longest row; free: bytes, before the model
    is loaded; eight_bits: whether the optimiser can do that here."""
    if free is None:
        return NOTHING
    tensors = [tensor for file in weights.weight_files(Path(info.path)) for tensor in weights.read_tensors(file)]
    layers = tuple(Layer(one.name, one.shape[1], one.shape[0]) for one in weights.linear(tensors))
    tokens = max(longest, options.tokens_per_step)
    trained = method.trained(info.parameters, layers, options)
    ways = [way for way in WAYS if eight_bits or way.moments == "whole"]
    for way in ways:
        if needs.memory_bytes(method, info, layers, Batch(tokens, tokens), trained, HALF, way) <= SHARE * free:
            return way
    return ways[-1]


def here(method: Method, info: ModelInfo, options: TrainingOptions, longest: int) -> Spared:
    """What is chosen on this machine; to be asked before the model is loaded."""
    free = free_bytes()
    return chosen(method, info, options, longest, free, free is not None and _eight_bits())


def told(spared: Spared) -> list[str]:
    """What the user should know of it."""
    if spared == NOTHING:
        return []
    how = ["its layers are computed twice instead of being kept, which takes longer"]
    if spared.moments != "whole":
        how.append("the optimiser keeps its numbers in 8 bits")
    if spared.moments == "paged":
        how.append("these move to the memory of the machine when the card is full")
    listed = how[0] if len(how) == 1 else f"{', '.join(how[:-1])}, and {how[-1]}"
    return [f"The graphics card is small for this training, so {listed}."]


def compute_twice(model: Any) -> None:
    """model: a transformers model, or a peft model around one."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    inner.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _eight_bits() -> bool:
    try:
        from studio.training import eight_bit
    except (ImportError, OSError, RuntimeError):
        return False
    return eight_bit.works()
