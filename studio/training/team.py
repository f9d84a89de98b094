"""Several processes at one training, each with rows of its own of every step: together they do what one would do.

Every process goes through the same steps. The gradients are those of the whole step; what the first process measures,
decides and is asked counts for all; it alone writes. With copies (DistributedDataParallel, Li et al. 2020, arXiv
2006.15704) each has the whole model; with shards (shards.py) each holds a part of it, so that all of them go through
every pass, and give what is written.
"""

import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from studio.errors import StudioError
from studio.jobs import ranks
from studio.jobs.journal import Journal
from studio.jobs.process import Identity
from studio.jobs.ranks import Crew, Rank
from studio.training import shards
from studio.training.lesson import Lesson, Row
from studio.training.shards import Doing

PATIENCE = timedelta(days=30)
"""The others wait for the first in line for the device; a process that ended is noticed otherwise (jobs.ranks)."""
APART = 1_000_003
_LAST: list[Any] = []
"""Kept until the process ends, which it does at once (worker): taking the connections down waits for the others, which
may be gone."""
Given = TypeVar("Given")


class Team:
    """This process and the others of its training. main: whether it is the first, which writes. may_divide: whether a
    model may be held in parts."""

    def __init__(self, rank: Rank = Rank(), crew: Crew | None = None) -> None:  # noqa: B008 - a frozen value
        self._rank, self._crew = rank, crew
        self._model: Any = None
        self._sharded = False
        self.may_divide = True

    @property
    def main(self) -> bool:
        return self._rank.number == 0

    @property
    def count(self) -> int:
        return self._rank.count

    @property
    def several(self) -> bool:
        return self._rank.count > 1

    def take(self, make: Callable[[], Any], sharded: bool) -> Any:
        """The model that `make` gives, which is trained from here on. sharded: each process keeps a part of it; `make`
        then leaves it on the processor."""
        self._sharded = sharded
        if sharded:
            return self._divided(make)
        model = make()
        if self.several:
            # what the base model never uses (a pooling layer) gets no gradient, as with one process
            self._model = DistributedDataParallel(Doing(model), find_unused_parameters=True)
        return model

    def _divided(self, make: Callable[[], Any]) -> Any:
        mesh = shards.places()
        for number in range(self.count):
            if number == self._rank.number:
                model = make()
                self._model = shards.divide(model, mesh)
            # one after the other, so that this machine's own memory holds the whole model once
            self.wait()
        shards.warm(self._model)
        return model

    def let_go(self) -> None:
        """The model that was trained until here is over; its memory is free for the next one."""
        if self._model is not None:
            self._model = None
            gc.collect()

    def least(self, count: int | None) -> int | None:
        """The least of what the processes count; None where they count nothing."""
        if not self.several or count is None:
            return count
        least = torch.tensor([count])
        dist.all_reduce(least, dist.ReduceOp.MIN)
        return int(least)

    def draw_apart(self, seed: int) -> None:
        """Lets what the other processes leave out at random differ from what the first does."""
        if not self.main:
            torch.manual_seed(seed + self._rank.number * APART)

    def loss(self, lesson: Lesson[Row], batch: Sequence[Row]) -> Tensor:
        """The loss of a step as this process sees it; the gradients of all, averaged, are those of the whole batch."""
        if not self.several:
            return lesson.loss(batch)
        mine = batch[self._rank.number :: self._rank.count]
        # one without rows goes along with a row that does not count
        share = lesson.weight(mine) / lesson.weight(batch) if mine else 0.0
        loss: Tensor = self._model(lambda: lesson.loss(mine or batch[:1]))
        return loss * (share * self._rank.count)

    def value(self, loss: Tensor) -> float:
        """The loss of the whole step."""
        if not self.several:
            return loss.item()
        self._look()
        total = loss.detach().float().cpu() / self._rank.count
        dist.all_reduce(total)
        return total.item()

    def first(self, do: Callable[[], Given]) -> Given | None:
        """What `do` gives in the first process; None in the others, which wait for it only where they need it."""
        return do() if self.main else None

    def ask(self, do: Callable[[], Given]) -> Given:
        """What `do`, which passes through the model without learning, gives in every process."""
        return shards.ask(self._model, do) if self._sharded else do()

    def ask_first(self, do: Callable[[], Given]) -> Given | None:
        """The same in the first process; None in the others."""
        return self.first_of_parts(lambda: self.ask(do))

    def write(self, model: Any, do: Callable[[], Given]) -> Given | None:
        """The same where the model writes: what it has written decides what it is asked next."""
        with shards.of_one_mind(model) if self._sharded else nullcontext():
            return self.ask_first(do)

    def first_of_parts(self, do: Callable[[], Given]) -> Given | None:
        """What `do` gives in the first process; None in the others, which do it too where each holds a part of what it
        needs."""
        if not self._sharded:
            return self.first(do)
        found = do()
        return found if self.main else None

    def state(self, model: Any) -> dict[str, Tensor] | None:
        """The state dict of what was trained, for the first process; None where the model itself has it."""
        return shards.state(model) if self._sharded else None

    def wait(self) -> None:
        """Until all of them have come here."""
        if self.several:
            dist.all_reduce(torch.zeros(1))

    def agree(self, value: Any) -> Any:
        """The first process's value, which is JSON, in all of them."""
        if not self.several:
            return value
        self._look()
        said = json.dumps(value).encode() if self.main else b""
        size = torch.tensor([len(said)])
        dist.broadcast(size, 0)
        text = torch.tensor(list(said) or [0] * int(size), dtype=torch.uint8)
        dist.broadcast(text, 0)
        return json.loads(bytes(text.tolist()))

    def _look(self) -> None:
        if self._crew is not None and (lost := self._crew.lost()):
            raise lost


SOLO = Team()
"""One process by itself."""


@contextmanager
def joined(folder: Path, journal: Journal) -> Iterator[Team]:
    """Meets the other processes of the training, where there are any, and parts from them after it.

    JobError when one of them ended before its time.
    """
    rank = ranks.mine()
    if rank.count == 1:
        yield Team()
        return
    if rank.number == 0:
        ranks.forget(folder)
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    dist.init_process_group(backend, rank=rank.number, world_size=rank.count, timeout=PATIENCE)
    crew = _crew(folder, rank)
    if crew is not None:
        crew.watch(journal)
    team = Team(rank, crew)
    _LAST.append(team)
    try:
        yield team
        team.agree("over")
    except StudioError:
        raise
    except Exception as error:
        # a connection that breaks is told by who is gone
        lost = crew.lost(ranks.ENDING_SECONDS) if crew is not None else None
        if lost is None:
            raise
        raise lost from error
    finally:
        if crew is not None:
            crew.dismiss()


def _crew(folder: Path, rank: Rank) -> Crew | None:
    """The others, for the first process."""
    numbers = [torch.zeros(1, dtype=torch.long) for _ in range(rank.count)]
    dist.all_gather(numbers, torch.tensor([os.getpid()]))
    if rank.number:
        return None
    return Crew(folder, [Identity.of(int(number)) for number in numbers[1:]])
