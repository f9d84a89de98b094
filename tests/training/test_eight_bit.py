"""AdamW whose moments are in 8 bits: it learns, it takes what it is reckoned to take, and a run goes on with it to the
last bit. bitsandbytes computes it on a processor as well, so this is the real one; paged memory alone needs a card."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from studio import worker
from studio.jobs import control
from studio.jobs.state import fold
from studio.methods import needs
from studio.methods.base import Group
from studio.methods.needs import Spared
from studio.methods.training_options import TrainingOptions
from studio.models import checkpoint
from studio.training import optimizing, sparing_memory, standing
from tests.tiny import chat_rows
from tests.training.test_resuming import FORKS, LONG, assert_without_a_seam, ended_well, events, until, weights


def of_eight_bits(folder: str) -> None:
    """The worker, on a card that is small, as it were."""
    sparing_memory.here = lambda *_: Spared(moments="8-bit")
    raise SystemExit(worker.main([folder]))


def begun(folder: Path):
    child = FORKS.Process(target=of_eight_bits, args=(str(folder),))
    child.start()
    return child


def test_a_run_learns_with_it_and_goes_on_to_the_last_bit(make_job):
    whole, other = (make_job(chat_rows(60), method="full", **{**LONG, "epochs": 6})[0] for _ in range(2))
    ended_well(begun(whole))
    found = fold(events(whole), None, alive=False)
    assert found.best.loss < 0.8 * found.validations[0].loss
    child = begun(other)
    until(other, 20, child)
    control.request(other, "pause")
    ended_well(child)
    assert standing.moments(other) == "8-bit"
    (newest,) = [one.path for one in checkpoint.kept(other, inside=standing.FOLDER)[-1:]]
    assert {value.dtype for name, value in load_file(newest / standing.FILE).items() if "state1" in name} >= {
        torch.uint8
    }
    assert standing.moments(other, trial=1) is None
    control.request(other, "resume")
    # with as much memory as one likes, it goes on as it began
    child = FORKS.Process(target=worker.main, args=([str(other)],))
    child.start()
    ended_well(child)
    assert weights(other) == weights(whole)
    assert_without_a_seam(other, whole)


@pytest.fixture
def model() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Embedding(300, 64), torch.nn.Linear(64, 256, bias=False))


def stepped(model: torch.nn.Module, moments: needs.Moments) -> torch.optim.Optimizer:
    made = optimizing.made(model, [Group(list(model.parameters()))], TrainingOptions(learning_rate=1e-2), moments)
    for weight in model.parameters():
        weight.grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(1))
    made.step()
    return made


def test_it_takes_as_much_as_it_is_reckoned_to(model):
    words, layer = (weight.numel() for weight in model.parameters())
    for moments, bytes_ in (("whole", needs.WHOLE), ("8-bit", needs.EIGHT_BITS)):
        kept = optimizing.state(stepped(model, moments))
        sizes = [sum(v.nbytes for k, v in kept.items() if k.startswith(f"{n}.") and v.ndim) for n in (0, 1)]
        assert sizes == [words * needs.WHOLE, layer * bytes_], "vectors of words stay whole"


def test_a_step_is_nearly_that_of_whole_moments(model):
    before = [weight.detach().clone() for weight in model.parameters()]
    stepped(model, "8-bit")
    changed = [weight.detach() - old for weight, old in zip(model.parameters(), before, strict=True)]
    with torch.no_grad():
        for weight, old in zip(model.parameters(), before, strict=True):
            weight.copy_(old)
    stepped(model, "whole")
    for weight, old, change in zip(model.parameters(), before, changed, strict=True):
        assert torch.allclose(weight.detach() - old, change, rtol=1e-3, atol=1e-6)
