"""The optimiser: AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101), its two moments of every trained weight kept
whole, or in 8 bits where a graphics card is short of memory (eight_bit.py)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from studio.methods.base import Group
from studio.methods.needs import Moments
from studio.methods.training_options import TrainingOptions

BETAS = (0.9, 0.99)


def made(model: Any, groups: Sequence[Group], options: TrainingOptions, moments: Moments = "whole") -> Optimizer:
    """Over the weights of `groups`; each of its param_groups knows its `scale`. model: the module they belong to."""
    given: list[dict[str, Any]] = [{"params": group.weights, "scale": group.scale} for group in groups]
    if moments == "whole":
        return torch.optim.AdamW(
            given, lr=options.learning_rate, betas=BETAS, weight_decay=options.weight_decay, fused=True
        )
    # the library is loaded where it is used alone
    from studio.training.eight_bit import EightBit

    words = {id(part.weight) for part in model.modules() if isinstance(part, torch.nn.Embedding)}
    return EightBit(given, options.learning_rate, BETAS, options.weight_decay, words, paged=moments == "paged")


def state(optimizer: Optimizer) -> dict[str, Tensor]:
    """All that it has gathered, by number of the weight and name: '3.exp_avg'."""
    kept = {}
    for number, weight in enumerate(weights(optimizer)):
        for name, value in optimizer.state[weight].items() if weight in optimizer.state else ():
            # the same for all weights of a kind, and the library's own
            if not name.startswith("qmap"):
                kept[f"{number}.{name}"] = torch.as_tensor(value)
    return kept


def restore(optimizer: Optimizer, kept: dict[str, Tensor]) -> None:
    """Puts into it what `state` gave of one of the same kind."""
    found: dict[int, dict[str, Tensor]] = {}
    for key, value in kept.items():
        number, name = key.split(".", 1)
        found.setdefault(int(number), {})[name] = value
    if isinstance(optimizer, torch.optim.AdamW):
        optimizer.load_state_dict({**optimizer.state_dict(), "state": found})
        return
    from studio.training.eight_bit import EightBit

    assert isinstance(optimizer, EightBit)
    optimizer.restore(found)


def weights(optimizer: Optimizer) -> list[Tensor]:
    return [weight for group in optimizer.param_groups for weight in group["params"]]
