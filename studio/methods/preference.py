"""Learning from preferences: DPO (Rafailov et al. 2023, arXiv 2305.18290), by a LoRA beside the frozen base model."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.methods.base import Strength, Task, Teaches, number, other
from studio.methods.lora import AdditionOptions, Lora


class PreferenceOptions(AdditionOptions):
    learning_rate: float = other(AdditionOptions, "learning_rate", 5e-4)
    epochs: int = other(AdditionOptions, "epochs", 6)
    evaluations_per_epoch: int = other(AdditionOptions, "evaluations_per_epoch", 2)
    beta: float = number(
        0.1,
        0.01,
        2.0,
        "Beta",
        "",
        "How firmly the model holds to what it was: higher keeps more of the base model and learns less.",
    )
    answer_weight: float = number(
        0.2,
        0.0,
        5.0,
        "Weight of the better answer",
        "times",
        "How much it also learns to write the better answer itself; 0 learns from the difference alone.",
    )


class Preference(Lora):
    """Makes the better answer of each pair likelier than the worse one, measured against the base model.

    Example: `studio train PAIRS --method preference --set beta=0.2`.
    """

    id: ClassVar[str] = "preference"
    title: ClassVar[str] = "Learning from preferences"
    what: ClassVar[str] = "Learns from pairs which of two answers is liked better (DPO)."
    when: ClassVar[str] = "For examples with a better and a worse answer, on a model that can already do the task."
    options: ClassVar[type[Any]] = PreferenceOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 3, "learning_rate": 2e-4},
        "balanced": {"epochs": 6, "learning_rate": 5e-4},
        "strong": {"epochs": 10, "learning_rate": 1e-3},
    }
    tasks: ClassVar[tuple[Task, ...]] = ("prefer",)
    teaches: ClassVar[Teaches] = "preferences"
