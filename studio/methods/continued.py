"""Continued training: the base model goes on reading raw text, as it did when it was made, every token counting."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.methods.base import Strength, Task, other
from studio.methods.full import Full
from studio.methods.training_options import TrainingOptions


class ContinuedOptions(TrainingOptions):
    epochs: int = other(TrainingOptions, "epochs", 3, "How many times the model reads every text.")
    learning_rate: float = other(TrainingOptions, "learning_rate", 5e-4)
    tokens_per_step: int = other(TrainingOptions, "tokens_per_step", 2048)
    max_length: int = other(
        TrainingOptions,
        "max_length",
        0,
        "Longer texts are read in pieces of this length; 0 means as much as the base model can read at once.",
    )


class Continued(Full):
    """Trains every weight on every token of raw text. No text sees another one, and long texts are cut into pieces
    that together hold each token once.

    Example: `studio train TEXTS --method continued`.
    """

    id: ClassVar[str] = "continued"
    title: ClassVar[str] = "Continued training"
    what: ClassVar[str] = "The base model reads your texts and learns their tone and vocabulary; it learns no task."
    when: ClassVar[str] = (
        "For raw texts without questions and answers. Facts are better looked up: give them in the prompt instead."
    )
    options: ClassVar[type[Any]] = ContinuedOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 1, "learning_rate": 2e-4},
        "balanced": {"epochs": 3, "learning_rate": 5e-4},
        "strong": {"epochs": 6, "learning_rate": 1e-3},
    }
    tasks: ClassVar[tuple[Task, ...]] = ("text",)
