"""Two real processes at one training, begun as `accelerate launch` begins them, and what is compared of curves."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio import worker
from studio.training import shards, sparing_memory
from tests.training.test_resuming import FORKS, LONG, events

SHORT = {**LONG, "epochs": 2, "learning_rate": 2e-3}
Begin = Callable[..., list[BaseProcess]]


def rank(folder: str, number: int, port: int, free: int | None) -> None:
    """free: bytes, where it shall be as with graphics cards that have so many. What each process then holds of the
    weights is written down, and the second would write other answers, as a card of another kind might."""
    os.environ |= {"RANK": str(number), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    if free is None:
        raise SystemExit(worker.main(["--rank", folder]))
    sparing_memory.free_bytes = lambda: free
    gather_once = shards.warm

    def note_down(whole: shards.Doing) -> None:
        gather_once(whole)
        held = sum(weight.to_local().numel() for weight in whole.parameters())
        held_by(Path(folder), number).write_text(str(held))

    shards.warm = note_down
    if number:
        shards.of_one_mind = one_that_would_write_otherwise(shards.of_one_mind)
    # the scorer chooses this kernel for short rows on a processor; the second computation of a layer has to as well
    with sdpa_kernel(SDPBackend.MATH):
        raise SystemExit(worker.main(["--rank", folder]))


def one_that_would_write_otherwise(agreeing: Any) -> Any:
    @contextmanager
    def writing(model: Any) -> Iterator[None]:
        inner = model.get_base_model() if hasattr(model, "peft_config") else model
        handle = inner.get_output_embeddings().register_forward_hook(lambda *given: given[-1].roll(1, -1))
        with agreeing(model):
            yield
        handle.remove()

    return writing


def held_by(folder: Path, number: int) -> Path:
    return folder / f"held-{number}"


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def begin(folder: Path, free: int | None = None) -> list[BaseProcess]:
    """The two processes of a job, the first one first."""
    port = free_port()
    both = [FORKS.Process(target=rank, args=(str(folder), number, port, free)) for number in (0, 1)]
    for one in both:
        one.start()
    return both


def ended_well(both: list[BaseProcess]) -> None:
    for one in both:
        one.join(240)
        assert one.exitcode == 0


def losses(folder: Path, kind: str = "step") -> dict[int, float]:
    return {event["step"]: event["loss"] for event in events(folder) if event["type"] == kind}


def plan(folder: Path) -> dict[str, object]:
    (found,) = (event for event in events(folder) if event["type"] == "plan")
    return {name: value for name, value in found.items() if name not in ("time", "seq")}


def agree(one: dict[int, float], other: dict[int, float], share: float) -> None:
    shared = one.keys() & other.keys()
    assert shared
    assert {step: one[step] for step in shared} == pytest.approx({step: other[step] for step in shared}, rel=share)


def same_curve(folder: Path, whole: Path, share: float = 1e-2) -> None:
    """share: by which losses may differ; beside a base in half precision small differences grow."""
    assert plan(folder) == plan(whole)
    agree(losses(folder), losses(whole), share)
    assert losses(folder, "validation").keys() == losses(whole, "validation").keys()
    agree(losses(folder, "validation"), losses(whole, "validation"), share)
    numbers = [event["seq"] for event in events(folder)]
    assert numbers == list(range(1, len(numbers) + 1)), "one process alone writes"
