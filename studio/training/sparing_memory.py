"""Whether a training on a graphics card keeps what its layers compute for the way back, or computes it twice (gradient
checkpointing, Chen et al. 2016, arXiv 1604.06174): slower, and it needs a fraction of the memory.

On a processor nothing is computed twice: what does not fit there is told before the start.
"""

from pathlib import Path
from typing import Any

import torch

from studio.methods import needs
from studio.methods.base import Layer, Method
from studio.methods.needs import Batch
from studio.methods.training_options import TrainingOptions
from studio.models import ModelInfo, weights

HALF = 2
SHARE = 0.9
"""Of the free memory that a training may be reckoned to take; the reckoning was fitted on processors."""


def free_bytes() -> int | None:
    """Of the graphics card in use; None without one."""
    return int(torch.cuda.mem_get_info()[0]) if torch.cuda.is_available() else None


def needed(method: Method, info: ModelInfo, options: TrainingOptions, longest: int, free: int | None) -> bool:
    """Whether what the layers compute is to be computed twice. longest: tokens of the longest row; free: bytes."""
    if free is None:
        return False
    tensors = [tensor for file in weights.weight_files(Path(info.path)) for tensor in weights.read_tensors(file)]
    layers = tuple(Layer(one.name, one.shape[1], one.shape[0]) for one in weights.linear(tensors))
    tokens = max(longest, options.tokens_per_step)
    trained = method.trained(info.parameters, layers, options)
    return needs.memory_bytes(method, info, layers, Batch(tokens, tokens), trained, HALF) > SHARE * free


def compute_twice(model: Any) -> None:
    """model: a transformers model, or a peft model around one."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    inner.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
