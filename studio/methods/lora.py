"""LoRA: a small trained addition to a frozen base model (Hu et al. 2021, arXiv 2106.09685; Hugging Face peft)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from studio.methods.base import Group, Keeps, Kind, Strength, Task, Teaches, number
from studio.methods.training_options import TrainingOptions


class LoraOptions(TrainingOptions):
    rank: int = number(
        16,
        1,
        256,
        "LoRA rank",
        "dimensions",
        "The size of the trained addition: more can hold more, and needs more examples.",
    )
    alpha: int = number(
        32,
        1,
        512,
        "LoRA alpha",
        "",
        "How strongly the addition counts beside the base model; about twice the rank is usual.",
    )
    dropout: float = number(
        0.0,
        0.0,
        0.5,
        "LoRA dropout",
        "share",
        "The share of the addition switched off at random in each step, against learning by heart.",
    )


class Lora:
    """Trains low-rank matrices on all linear layers of the transformer blocks; the base model stays as it is.

    Example: `studio train FILE --method lora --set rank=32`.
    """

    id: ClassVar[str] = "lora"
    title: ClassVar[str] = "LoRA"
    what: ClassVar[str] = "Keeps the base model as it is and trains a small addition beside it."
    when: ClassVar[str] = "For models of more than some hundred million weights, from dozens of examples up."
    cost: ClassVar[str] = "Little memory, and a file of a few megabytes to take away."
    options: ClassVar[type[LoraOptions]] = LoraOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 5, "learning_rate": 2e-3, "rank": 8, "alpha": 16},
        "balanced": {"epochs": 12, "learning_rate": 2e-3, "rank": 16, "alpha": 32},
        "strong": {"epochs": 16, "learning_rate": 2e-3, "rank": 32, "alpha": 32},
    }
    kinds: ClassVar[tuple[Kind, ...]] = ("decoder",)
    tasks: ClassVar[tuple[Task, ...]] = ("chat", "classify", "prefer", "text")
    teaches: ClassVar[Teaches] = "text"
    keeps: ClassVar[Keeps] = "adapter"

    def build(self, model: Any, options: Any) -> Any:
        """A peft model whose LoRA weights (fp32) alone require grad."""
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(
            r=options.rank,
            lora_alpha=options.alpha,
            lora_dropout=options.dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        return get_peft_model(model, config, autocast_adapter_dtype=True)

    def groups(self, model: Any, options: Any) -> list[Group]:
        return [Group([weight for weight in model.parameters() if weight.requires_grad])]

    def save(self, model: Any, folder: Path, model_name: str) -> None:
        """Writes adapter_config.json and adapter_model.safetensors into `folder`.

        model_name stands in for the base model's path, which would tell where it lies on this machine.
        """
        model.peft_config["default"].base_model_name_or_path = model_name
        model.save_pretrained(folder, save_embedding_layers=False)
        # peft's own card is a form without content
        (folder / "README.md").unlink(missing_ok=True)
