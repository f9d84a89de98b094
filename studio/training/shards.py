"""One model divided over the processes of a team: each holds a part of every weight, of its gradient and of what the
optimiser keeps, and has a layer whole only while it computes it (FSDP2: Zhao et al. 2023, arXiv 2304.11277).

Everything here is done by all processes together. Which trainings are divided is not decided here (sparing_memory.py).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from studio.models import loading

Given = TypeVar("Given")


class Doing(nn.Module):
    """The model as what is done with it: whatever runs inside is a pass through the whole."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, do: Callable[[], Given]) -> Given:
        return do()


def places() -> DeviceMesh:
    """Where the parts lie: the card that each process sees, or its processor."""
    if torch.cuda.is_available():
        # else torch goes by the launcher's number of the card, of which this process sees one alone
        torch.cuda.set_device(0)
    return init_device_mesh(loading.device(), (dist.get_world_size(),))


def divide(model: Any, mesh: DeviceMesh) -> Doing:
    """Leaves this process its part of the model, which lies on the processor until then; nobody waits for another."""
    for layer in _layers(model):
        fully_shard(layer, mesh=mesh)
    whole = Doing(model)
    fully_shard(whole, mesh=mesh)
    for part in _parts(whole):
        if mesh.device_type == "cpu":
            # gloo adds up and does not average
            part.set_force_sum_reduction_for_comms(True)
    return whole


def warm(whole: Doing) -> None:
    """Gathers every part once. What is made for that must not be made in inference mode, where no gradient could go
    through it later."""
    for part in _parts(whole):
        part.unshard()
        part.reshard()


def ask(whole: Doing, do: Callable[[], Given]) -> Given:
    """What `do`, which passes through the model without learning, gives in each process."""
    with torch.no_grad():
        found: Given = whole(do)
    # else what lies outside the layers stays gathered, and is not what the optimiser changes
    for part in _parts(whole):
        part.reshard()
    return found


@contextmanager
def of_one_mind(model: Any) -> Iterator[None]:
    """All go on from the first one's logits: cards that differ in their last bits would else choose different words,
    end at different places, and wait for each other for ever. model: one that writes."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model

    def take_over(_module: nn.Module, _given: Any, logits: Tensor) -> None:
        dist.broadcast(logits, 0)

    handle = inner.get_output_embeddings().register_forward_hook(take_over)
    try:
        yield
    finally:
        handle.remove()


def state(model: Any) -> dict[str, Tensor]:
    """The state dict of its trained weights, and of what no process holds a part of; the others but the first get
    empty tensors."""
    named = {name: tensor for name, tensor in model.state_dict().items() if not isinstance(tensor, DTensor)}
    found: dict[int, Tensor] = {}
    # a weight that stands in two places is one weight here as well
    for name, weight in model.named_parameters(remove_duplicate=False):
        if weight.requires_grad:
            if id(weight) not in found:
                found[id(weight)] = whole_of(weight)
            named[name] = found[id(weight)]
    return named


def whole_of(tensor: Tensor) -> Tensor:
    """All of a tensor, on the processor of the first process where it is divided; empty in the others."""
    if not isinstance(tensor, DTensor):
        return tensor.detach()
    full: Tensor = tensor.full_tensor().detach()
    return full.cpu() if dist.get_rank() == 0 else full.new_empty(0)


def part_of(tensor: Tensor, weight: Tensor) -> Tensor:
    """This process's part of a whole tensor, divided as the weight is; all of a single number."""
    if not isinstance(weight, DTensor) or tensor.dim() == 0:
        return tensor
    here = tensor.to(weight.device)
    return distribute_tensor(here, weight.device_mesh, weight.placements, src_data_rank=None)


def number(value: Tensor) -> float:
    """A number that may lie in parts, each process holding what its weights add to it."""
    whole: Tensor = value.full_tensor() if isinstance(value, DTensor) else value
    return whole.item()


def _layers(model: Any) -> list[nn.Module]:
    """The blocks of a transformers model, with or without peft layers inside them."""
    from transformers.modeling_layers import GradientCheckpointingLayer

    # the inner before the outer, as fully_shard wants them
    return [part for part in reversed(list(model.modules())) if isinstance(part, GradientCheckpointingLayer)]


def _parts(whole: Doing) -> Iterator[FSDPModule]:
    return (part for part in whole.modules() if isinstance(part, FSDPModule))
