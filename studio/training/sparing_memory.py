"""What a training does on a graphics card that is too small for it, in this order: compute twice what its layers
compute instead of keeping it (gradient checkpointing, Chen et al. 2016, arXiv 1604.06174); with several cards, divide
the model over them (shards.py), its layers computed once or twice; keep the optimiser's moments in 8 bits, and let
those go to the memory of the machine when the card is full.

On a processor nothing of it is done: what does not fit there is told before the start.
"""

import functools
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from studio.methods import needs
from studio.methods.base import Layer, Method
from studio.methods.needs import NOTHING, Batch, Spared
from studio.methods.training_options import TrainingOptions
from studio.models import ModelInfo, weights
from studio.training.team import Team


def free_bytes() -> int | None:
    """Of the graphics card in use, with what this process has of it and does not use; None without one."""
    if not torch.cuda.is_available():
        return None
    return int(torch.cuda.mem_get_info()[0]) + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()


def chosen(
    method: Method,
    info: ModelInfo,
    options: TrainingOptions,
    longest: int,
    free: int | None,
    eight_bits: bool,
    cards: int = 1,
    divisible: bool = True,
) -> Spared:
    """The first way that fits, else the most sparing. longest: tokens of the longest row; free: bytes of the fullest
    card, before the model is loaded; eight_bits: whether the optimiser can do that here; cards: so many share each
    step; divisible: whether they may hold the model in parts."""
    if free is None:
        return NOTHING
    tensors = [tensor for file in weights.weight_files(Path(info.path)) for tensor in weights.read_tensors(file)]
    layers = tuple(Layer(one.name, one.shape[1], one.shape[0]) for one in weights.linear(tensors))
    tokens = needs.of_a_card(options.tokens_per_step, longest, cards)
    trained = method.trained(info.parameters, layers, options)
    reckoned = functools.partial(needs.memory_bytes, method, info, layers, Batch(tokens, tokens), trained, needs.HALF)
    return needs.first_that_fits(reckoned, free, eight_bits, cards if divisible else 1)


def here(method: Method, info: ModelInfo, options: TrainingOptions, longest: int, us: Team) -> Spared:
    """What is chosen on this machine, the same by all of us; to be asked before the model is loaded."""
    free = us.least(free_bytes())
    if free is None:
        return NOTHING
    divisible = us.may_divide and method.holds == "as it is"
    found = chosen(method, info, options, longest, free, _eight_bits(), us.count, divisible)
    return Spared(**us.agree(asdict(found)))


def told(spared: Spared, method: Method, cards: int = 1) -> list[str]:
    """What the user should know of it. cards: so many share each step."""
    if spared == NOTHING:
        return []
    how = []
    if spared.divided > 1:
        how.append(f"the model is divided over the {spared.divided} cards")
    if spared.twice:
        how.append("its layers are computed twice instead of being kept, which takes longer")
    if spared.moments != "whole":
        how.append("the optimiser keeps its numbers in 8 bits")
    if spared.moments == "paged":
        how.append("these move to the memory of the machine when the card is full")
    listed = how[0] if len(how) == 1 else f"{', '.join(how[:-1])}, and {how[-1]}"
    said = [f"The graphics card is small for this training, so {listed}."]
    if cards > 1 and method.holds == "in 4 bits":
        said.append("A base model in 4 bits cannot be divided over the cards, so each of them holds a whole copy.")
    return said


def compute_twice(model: Any) -> None:
    """model: a transformers model, or a peft model around one; as it was where its architecture cannot."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    if inner.supports_gradient_checkpointing:
        inner.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def _eight_bits() -> bool:
    try:
        from studio.training import eight_bit
    except (ImportError, OSError, RuntimeError):
        return False
    return eight_bit.works()
