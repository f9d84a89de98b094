"""Where a training stands, on disk, so that it can go on there after a pause, a kill or a reboot as if nothing had
happened.

state/step-N of the job's folder holds the trained weights, the optimiser, the random numbers and the counters, by the
rules of a checkpoint: the manifest comes last, and what has none does not count. safetensors only, no pickles.
"""

import contextlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from studio.methods.needs import Moments
from studio.models import checkpoint
from studio.training import optimizing, shards

FOLDER = "state"
FILE = "standing.safetensors"
KEPT = 2
"""How many are kept: the newest, and the one before it in case the disk loses the newest."""


@dataclass(frozen=True)
class Counters:
    """What the loop has counted up to `step` of a trial (0: the only one). best: step and loss of the best check;
    worse: checks since; kept: step of the last check; seconds: of the steps alone, check_seconds: of the last check.
    moments: how the optimiser keeps its own."""

    step: int
    tokens: int
    seconds: float
    base_loss: float
    best: tuple[int, float] | None
    worse: int
    kept: int
    check_seconds: float
    trial: int = 0
    moments: Moments = "whole"


def write(job: Path, optimizer: torch.optim.Optimizer, counters: Counters, writes: bool = True) -> None:
    """Keeps the weights of `optimizer` with its own state, and what was counted. writes: False in a process that gives
    its parts of them and no more."""
    tensors = _tensors(optimizer)
    if not writes:
        return

    def save(folder: Path) -> None:
        save_file(tensors, folder / FILE, metadata={"counters": json.dumps(asdict(counters))})

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
        counters = _counters(file)
        if counters.trial != trial:
            return None
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    weights = optimizing.weights(optimizer)
    with torch.no_grad():
        for number, weight in enumerate(weights):
            weight.copy_(shards.part_of(tensors.pop(f"weight.{number}"), weight))
    random = {name: tensors.pop(name) for name in list(tensors) if name.startswith("random.")}
    gathered = {name.removeprefix("optimizer."): tensor for name, tensor in tensors.items()}
    parts = {name: shards.part_of(one, weights[int(name.split(".")[0])]) for name, one in gathered.items()}
    optimizing.restore(optimizer, parts)
    _restore(random)
    return counters


def moments(job: Path, trial: int = 0) -> Moments | None:
    """How the optimiser kept its own where this trial stood, and has to go on; None where it stood nowhere."""
    for path in (job / FOLDER).glob(f"step-*/{FILE}"):
        # a torn one may name it as well, but need not
        with contextlib.suppress(OSError, SafetensorError), safe_open(path, framework="pt") as file:
            counters = _counters(file)
            if counters.trial == trial:
                return counters.moments
    return None


def forget(job: Path) -> None:
    """What is over needs none."""
    shutil.rmtree(job / FOLDER, ignore_errors=True)


def _tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    found = {f"weight.{number}": shards.whole_of(weight) for number, weight in enumerate(optimizing.weights(optimizer))}
    found |= {f"optimizer.{name}": shards.whole_of(value) for name, value in optimizing.state(optimizer).items()}
    found["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        found |= {f"random.cuda.{number}": state for number, state in enumerate(torch.cuda.get_rng_state_all())}
    return {name: tensor.contiguous() for name, tensor in found.items()}


def _counters(file: Any) -> Counters:
    return Counters(**json.loads(file.metadata()["counters"]))


def _restore(random: dict[str, torch.Tensor]) -> None:
    torch.set_rng_state(random.pop("random.cpu"))
    for name, state in random.items():
        torch.cuda.set_rng_state(state, int(name.rsplit(".", 1)[1]))
