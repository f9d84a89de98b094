"""What can befall a training, each with a word of its own; the last good checkpoint stays usable, and it can go on."""

import contextlib
import ctypes
import errno
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from studio import worker
from studio.errors import ModelError
from studio.jobs import control, journal
from studio.jobs.state import JobState, fold
from studio.models import checkpoint
from studio.training import standing
from studio.training.stepping import Stepper
from tests.tiny import chat_rows
from tests.training.test_resuming import FORKS, LONG, begin, complete, ended_well, events, until, weights


def limited(folder: str, bytes_: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
    raise SystemExit(worker.main([folder]))


def state(folder: Path) -> JobState:
    return fold(events(folder), None, alive=False)


def paused(folder: Path, step: int) -> None:
    child = begin(folder)
    until(folder, step, child)
    control.request(folder, "pause")
    ended_well(child)
    control.request(folder, "resume")


def test_files_that_may_not_grow_read_as_a_full_disk(make_job):
    folder, _ = make_job(chat_rows(60), **LONG)
    paused(folder, 60)
    before = weights(folder)
    child = FORKS.Process(target=limited, args=(str(folder), 100_000))
    child.start()
    child.join(120)
    found = state(folder)
    assert (found.state, found.failure.reason) == ("failed", "disk")
    assert found.sentence.startswith("The disk is full. Free some space")
    assert found.resumable
    assert weights(folder) == before, "the last good checkpoint is as it was"
    complete(folder)
    assert state(folder).state == "finished"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_full_to_the_last_byte(make_job, small_disk):
    made, _ = make_job(chat_rows(60), **LONG)
    folder = small_disk / "job"
    shutil.copytree(made, folder)
    paused(folder, 60)
    before, filler = weights(folder), small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    child = begin(folder)
    child.join(120)
    found = state(folder)
    assert (found.state, found.failure.reason) == ("failed", "disk")
    assert weights(folder) == before
    filler.unlink()
    control.request(folder, "resume")
    complete(folder)
    assert state(folder).state == "finished"


def spoil(folder: Path, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Leaves the weights that the run would go on from as a broken step would."""
    newest = checkpoint.kept(folder, inside=standing.FOLDER)[-1].path
    with safe_open(newest / standing.FILE, framework="pt") as file:
        described = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    tensors |= {name: change(value) for name, value in tensors.items() if name.startswith("weight.")}
    shutil.rmtree(newest)
    step = int(newest.name.removeprefix("step-"))
    checkpoint.write(folder, step, 0.0, lambda f: save_file(tensors, f / standing.FILE, described), standing.FOLDER)


BROKEN = {"no longer a number": lambda weight: weight * torch.nan, "exploded to": lambda weight: weight * 100}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_loss_says_so_and_keeps_what_was_good(make_job, words):
    folder, _ = make_job(chat_rows(60), method="full", **{**LONG, "learning_rate": 2e-3})
    paused(folder, 60)
    kept = checkpoint.kept(folder)
    spoil(folder, BROKEN[words])
    child = begin(folder)
    child.join(120)
    found = state(folder)
    assert (found.state, found.failure and found.failure.reason) == ("failed", "diverged")
    assert words in found.sentence
    assert "Lower the learning rate" in found.sentence
    assert not found.resumable, "going on would meet the same"
    assert [one.path for one in checkpoint.kept(folder)] == [one.path for one in kept]


def test_memory_that_runs_out_says_so():
    with pytest.raises(RuntimeError) as refused:
        torch.empty(2**50)
    in_other_words = ModelError("The model in a cannot be loaded: no room.", "Choose another base model.")
    in_other_words.__cause__ = refused.value
    system = OSError(errno.ENOMEM, "Cannot allocate memory", "file")
    for error in (refused.value, MemoryError(), RuntimeError("std::bad_alloc"), system, in_other_words):
        failure = worker.explain(error)
        assert (failure.reason, failure.happened) == ("memory", "The memory of this machine ran out.")
        assert "smaller model" in failure.remedy
    card = worker.explain(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))
    assert (card.reason, card.happened) == ("memory", "The memory of the graphics card ran out.")


FULL_AT = 60


def crowded(folder: str) -> None:
    """The worker, which finds at a step that all the memory it may have is taken."""
    real = Stepper.step

    def step(self: Stepper, batch: list, rate: float, number: int) -> float:
        if number == FULL_AT:
            take_all()
        return real(self, batch, rate, number)

    Stepper.step = step
    raise SystemExit(worker.main([folder]))


def take_all() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    used = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**20, resource.RLIM_INFINITY))
    while libc.malloc(2**14):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on a process's memory is the kernel's")
def test_memory_that_runs_out_between_two_steps(make_job):
    folder, _ = make_job(chat_rows(60), **{**LONG, "epochs": 10})
    child = FORKS.Process(target=crowded, args=(str(folder),))
    child.start()
    child.join(120)
    found = state(folder)
    assert (found.state, found.failure and found.failure.reason) == ("failed", "memory"), (child.exitcode, found.log)
    assert found.sentence.startswith("The memory of this machine ran out. Close other programs")
    assert "is kept" in found.sentence
    assert found.resumable
    assert checkpoint.verify(checkpoint.best(folder)).step == found.kept.step
    control.request(folder, "resume")
    complete(folder)
    assert state(folder).state == "finished"


def test_a_torn_journal_is_reported_and_the_run_goes_on(make_job):
    folder, _ = make_job(chat_rows(60), **LONG)
    paused(folder, 60)
    file = folder / journal.FILE
    lines = file.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5][: len(lines[5]) // 2] + b"\n"
    file.write_bytes(b"".join(lines) + b'{"v": 1, "seq": 9')
    assert journal.read(file, "0").torn, "the reader names the place"
    complete(folder)
    assert state(folder).state == "finished"
    assert len(journal.read(file, "0").torn) == 2


def test_a_damaged_best_checkpoint_is_told_and_the_run_goes_on(make_job):
    folder, _ = make_job(chat_rows(60), **LONG)
    paused(folder, 60)
    best = checkpoint.best(folder)
    (best / "adapter_model.safetensors").write_bytes(b"damaged")
    complete(folder)
    found = state(folder)
    assert found.state == "finished"
    assert any("is damaged; the next check counts as the best" in note for note in found.notes)
    assert checkpoint.best(folder) != best
