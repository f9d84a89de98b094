"""Which engine answers: one that writes text, or one that tells labels. The server knows no more of it than this."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from studio.data.values import Message
from studio.inference.generation import Generation


class Answering(Protocol):
    """models: ids it answers as, 'base' first."""

    @property
    def models(self) -> tuple[str, ...]: ...

    def stream(
        self,
        model: str,
        messages: Sequence[Message],
        temperature: float,
        max_tokens: int,
        stop: threading.Event | None = None,
    ) -> Generation: ...


def load(model_folder: Path, tuned: Mapping[str, Path], threads: int = 0) -> Answering:
    """The engine for a base model and what was tuned from it (checkpoint folders by id); loads torch."""
    from studio.inference import generate, tell

    return tell.Teller(tuned, threads) if tell.tells(tuned) else generate.load(model_folder, tuned, threads)
