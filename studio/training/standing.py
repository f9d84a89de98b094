"""Where a training stands, on disk, so that it can go on there after a pause, a kill or a reboot as if nothing had
happened.

state/step-N of the job's folder holds the trained weights, the optimiser, the random numbers and the counters, by the
rules of a checkpoint: the manifest comes last, and what has none does not count. safetensors only, no pickles.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from studio.models import checkpoint

FOLDER = "state"
FILE = "standing.safetensors"
KEPT = 2
"""How many are kept: the newest, and the one before it in case the disk loses the newest."""


@dataclass(frozen=True)
class Counters:
    """What the loop has counted up to `step` of a trial (0: the only one). best: step and loss of the best check;
    worse: checks since; kept: step of the last check; seconds: of the steps alone, check_seconds: of the last check."""

    step: int
    tokens: int
    seconds: float
    base_loss: float
    best: tuple[int, float] | None
    worse: int
    kept: int
    check_seconds: float
    trial: int = 0


def write(job: Path, optimizer: torch.optim.Optimizer, counters: Counters) -> None:
    """Keeps the weights of `optimizer` with its own state, and what was counted."""

    def save(folder: Path) -> None:
        save_file(_tensors(optimizer), folder / FILE, metadata={"counters": json.dumps(asdict(counters))})

    checkpoint.write(job, counters.step, 0.0, save, inside=FOLDER)
    whole = (job / FOLDER).glob(f"step-*/{checkpoint.MANIFEST}")
    steps = sorted(int(manifest.parent.name.removeprefix("step-")) for manifest in whole)
    checkpoint.thin(job, set(steps[-KEPT:]), inside=FOLDER)


def read(job: Path, optimizer: torch.optim.Optimizer, trial: int = 0) -> Counters | None:
    """Puts the newest whole standing into the weights, the optimiser and the random numbers; its counters, or None
    where there is no whole one of this trial."""
    kept = checkpoint.kept(job, inside=FOLDER)
    if not kept:
        return None
    with safe_open(kept[-1].path / FILE, framework="pt") as file:
        counters = Counters(**json.loads(file.metadata()["counters"]))
        if counters.trial != trial:
            return None
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    weights = _weights(optimizer)
    with torch.no_grad():
        for number, weight in enumerate(weights):
            weight.copy_(tensors.pop(f"weight.{number}"))
    random = {name: tensors.pop(name) for name in list(tensors) if name.startswith("random.")}
    described = optimizer.state_dict()
    described["state"] = {}
    for name, tensor in tensors.items():
        _, number, key = name.split(".", 2)
        described["state"].setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict(described)
    _restore(random)
    return counters


def forget(job: Path) -> None:
    """What is over needs none."""
    shutil.rmtree(job / FOLDER, ignore_errors=True)


def _tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    found = {f"weight.{number}": weight.detach() for number, weight in enumerate(_weights(optimizer))}
    for number, values in optimizer.state_dict()["state"].items():
        found |= {f"optimizer.{number}.{key}": value for key, value in values.items()}
    found["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        found |= {f"random.cuda.{number}": state for number, state in enumerate(torch.cuda.get_rng_state_all())}
    return {name: tensor.contiguous() for name, tensor in found.items()}


def _restore(random: dict[str, torch.Tensor]) -> None:
    torch.set_rng_state(random.pop("random.cpu"))
    for name, state in random.items():
        torch.cuda.set_rng_state(state, int(name.rsplit(".", 1)[1]))


def _weights(optimizer: torch.optim.Optimizer) -> Sequence[torch.Tensor]:
    return [weight for group in optimizer.param_groups for weight in group["params"]]
