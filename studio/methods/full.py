"""Full fine-tuning: every weight of the base model is trained, and the result is a model of its own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from studio.methods.base import Group, Holds, Keeps, Kind, Layer, Strength, Task, Teaches, other
from studio.methods.training_options import WritingOptions


class FullOptions(WritingOptions):
    epochs: int = other(WritingOptions, "epochs", 10)
    learning_rate: float = other(
        WritingOptions,
        "learning_rate",
        1e-3,
        "How far each step moves the weights; large models want a hundredth of what small ones want.",
    )


class Full:
    """Trains every weight, in single precision; the tuned model stands by itself, without its base.

    Example: `studio train FILE --method full --set learning_rate=5e-4`.
    """

    id: ClassVar[str] = "full"
    title: ClassVar[str] = "Full fine-tuning"
    what: ClassVar[str] = "Trains every weight of the base model; the result is a model of its own."
    when: ClassVar[str] = "For small models, and for tasks far from what the base model can do."
    options: ClassVar[type[FullOptions]] = FullOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 5, "learning_rate": 5e-4},
        "balanced": {"epochs": 10, "learning_rate": 1e-3},
        "strong": {"epochs": 16, "learning_rate": 1e-3},
    }
    kinds: ClassVar[tuple[Kind, ...]] = ("decoder",)
    tasks: ClassVar[tuple[Task, ...]] = ("chat", "classify", "prefer", "text")
    teaches: ClassVar[Teaches] = "text"
    keeps: ClassVar[Keeps] = "model"
    holds: ClassVar[Holds] = "as it is"
    needs: ClassVar[tuple[str, ...]] = ()

    def build(self, model: Any, options: Any) -> Any:
        """The model itself in single precision, every weight requiring grad."""
        return model.float().requires_grad_(True)

    def groups(self, model: Any, options: Any) -> list[Group]:
        return [Group([weight for weight in model.parameters() if weight.requires_grad])]

    def trained(self, parameters: int, layers: Sequence[Layer], options: Any) -> int:
        """Every weight."""
        return parameters

    def save(self, model: Any, folder: Path, model_name: str, state: dict[str, Any] | None = None) -> None:
        """Writes config.json, generation_config.json and the weights as safetensors into `folder`."""
        model.save_pretrained(folder, state_dict=state)
