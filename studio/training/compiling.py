"""Compiling the layers of a model on a graphics card (torch.compile; Ansel et al. 2024, doi 10.1145/3620665.3640366),
where that is found to pay: a long run is timed for some steps as it is and for some compiled, and goes on as is
quicker.

Checks and answers are never compiled: their shapes are too many. Nor is a training on a processor, whose results are
the same to the last bit from one process to the next, nor one of several processes.
"""

import importlib.util
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch

COMPILER = "inductor"
LEAST_SECONDS = 600.0
"""That a run must have before it for the minutes of compiling."""
TIMED = 30
"""Steps of each measurement."""
UNCOUNTED = {"as it is": 10, "compiled": 40}
"""Steps before it: everything gets warm; the layers are compiled for the lengths of rows that come."""


def suits(device: str, processes: int, installed: bool) -> bool:
    """device: the type of torch's. installed: whether the compiler for cards is there."""
    return device == "cuda" and processes == 1 and installed


def here(device: str, processes: int) -> bool:
    """The same for this machine."""
    return suits(device, processes, importlib.util.find_spec("triton") is not None)


class Compiling:
    """Of one training. suits: whether it is tried at all. steps: of the whole training. say(text): tells the user."""

    def __init__(self, model: Any, suits: bool, steps: int, say: Callable[[str], None]) -> None:
        self._model, self._steps, self._say = model, steps, say
        self._phase: Literal["as it is", "compiled", "decided"] = "as it is" if suits else "decided"
        self._passed, self._tokens, self._seconds = 0, 0, 0.0
        self._rate = 0.0
        self.on = False

    def off(self) -> AbstractContextManager[Any]:
        """While it lasts, nothing is compiled."""
        return torch.compiler.set_stance("force_eager") if self.on else nullcontext()

    def took(self, tokens: int, seconds: float, number: int) -> None:
        """A step is done, the `number`th."""
        if self._phase == "decided":
            return
        self._passed += 1
        if self._passed <= UNCOUNTED[self._phase]:
            return
        self._tokens, self._seconds = self._tokens + tokens, self._seconds + seconds
        if self._passed < UNCOUNTED[self._phase] + TIMED:
            return
        rate, before = self._tokens / self._seconds, self._rate
        long = (self._steps - number) * self._seconds / TIMED >= LEAST_SECONDS
        if self._phase == "compiled":
            self._phase = "decided"
            self._keep(rate, before)
        elif long:
            self._phase, self._passed, self._tokens, self._seconds, self._rate = "compiled", 0, 0, 0.0, rate
            self._compile()
        else:
            self._phase = "decided"

    def failed(self, error: Exception) -> bool:
        """Whether a step that failed may be taken again as it is."""
        if not self.on:
            return False
        traceback.print_exception(error)
        self._phase = "decided"
        self._leave()
        self._say("The layers cannot be compiled for this card, so they are computed as before.")
        return True

    def _compile(self) -> None:
        from transformers.modeling_layers import GradientCheckpointingLayer

        torch.compiler.set_stance("default")
        self.on = True
        for part in self._model.modules():
            if isinstance(part, GradientCheckpointingLayer):
                part.compile(dynamic=True, backend=COMPILER)

    def _keep(self, rate: float, before: float) -> None:
        if rate > before:
            self._say(
                f"The layers are compiled from here on, which makes the training {rate / before - 1:.0%} quicker."
            )
        else:
            self._leave()

    def _leave(self) -> None:
        self.on = False
        torch.compiler.set_stance("force_eager")
