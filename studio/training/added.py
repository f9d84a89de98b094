"""LoRA's forward and backward in as few passes over memory as its arithmetic needs: y = x W' + s (x A') B'.

peft's own forward casts the input up, scales and adds in passes of their own, each over a whole activation; on short
rows they cost as much as the products. Here the narrow products run in the precision of the frozen weight, scaling goes
into the narrow side, and both sums into the products. Weights stay peft's, in float32. Plain LoRA on linear layers
without dropout alone; every other layer keeps peft's forward.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear


def fuse(model: Any) -> None:
    """Lets every plain LoRA layer of a peft model compute its training and checks this way; frees nothing, saves the
    same."""
    from peft.tuners.lora import Linear

    for part in model.modules():
        if type(part) is Linear and _plain(part):
            part.forward = _forward(part)


def _plain(part: Any) -> bool:
    name = part.active_adapters[0]
    base = part.get_base_layer()
    return (
        type(base) is torch.nn.Linear
        and not base.weight.requires_grad
        and isinstance(part.lora_dropout[name], torch.nn.Identity)
        and not part.use_dora.get(name, False)
        and not part.lora_bias.get(name, False)
        and name not in part.lora_variant
    )


def _forward(part: Any) -> Any:
    name = part.active_adapters[0]
    base, scale = part.get_base_layer(), part.scaling
    general = part.forward

    def forward(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if part.disable_adapters or part.merged or args or kwargs:
            return general(x, *args, **kwargs)
        # looked up each time: a model that is spread over several cards has others in every pass
        down, up = part.lora_A[name].weight, part.lora_B[name].weight
        found: Tensor = _Added.apply(x, base.weight, base.bias, down, up, scale[name])
        return found

    return forward


class _Added(torch.autograd.Function):
    """x: (..., inputs); weight: (outputs, inputs), frozen; down: (rank, inputs); up: (outputs, rank)."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scale: float
    ) -> Any:
        flat = x.reshape(-1, x.shape[-1])
        narrow_down, narrow_up = down.to(x.dtype), (up * scale).to(x.dtype)
        narrow = linear(flat, narrow_down)
        found = linear(flat, weight, bias).addmm_(narrow, narrow_up.T)
        ctx.save_for_backward(flat, weight, narrow_down, narrow_up, narrow)
        ctx.scale = scale
        return found.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        flat, weight, narrow_down, narrow_up, narrow = ctx.saved_tensors
        grad = grads[0].reshape(-1, grads[0].shape[-1])
        back = grad @ narrow_up
        inner = None
        if ctx.needs_input_grad[0]:
            inner = (grad @ weight).addmm_(back, narrow_down).view(*grads[0].shape[:-1], -1)
        return inner, None, None, (back.T @ flat).float(), (grad.T @ narrow).float() * ctx.scale, None
