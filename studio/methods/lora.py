"""LoRA: a small trained addition to a frozen base model (Hu et al. 2021, arXiv 2106.09685; Hugging Face peft).

Variants: rsLoRA (Kalajdzievski 2023, arXiv 2312.03732), DoRA (Liu et al. 2024, arXiv 2402.09353).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from studio.methods.base import Group, Holds, Keeps, Kind, Layer, Strength, Task, Teaches, choice, number
from studio.methods.training_options import TrainingOptions, WritingOptions

ATTENTION = re.compile(r"(^|[._])(self_)?attn\b|attention", re.IGNORECASE)
"""In the names of modules: what belongs to the attention of a block, in the architectures of transformers."""


class AdditionOptions(TrainingOptions):
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
    targets: Literal["all linear layers", "attention only"] = choice(
        "all linear layers",
        ("all linear layers", "attention only"),
        "Where LoRA is added",
        "Attention only is smaller and learns less; all linear layers is what measured best.",
    )
    scaling: Literal["plain", "rank-stabilised"] = choice(
        "plain",
        ("plain", "rank-stabilised"),
        "LoRA scaling",
        "Rank-stabilised (rsLoRA) divides alpha by the root of the rank, so that a high rank learns as fast as a low.",
    )
    variant: Literal["plain", "DoRA"] = choice(
        "plain",
        ("plain", "DoRA"),
        "LoRA variant",
        "DoRA also trains how large each weight is: often a little better at a low rank, and clearly slower.",
    )


class LoraOptions(AdditionOptions, WritingOptions):
    """Of a LoRA that learns to write."""


class Lora:
    """Trains low-rank matrices on all linear layers of the transformer blocks; the base model stays as it is.

    Example: `studio train FILE --method lora --set rank=32`.
    """

    id: ClassVar[str] = "lora"
    title: ClassVar[str] = "LoRA"
    what: ClassVar[str] = "Keeps the base model as it is and trains a small addition beside it."
    when: ClassVar[str] = "For models of more than some hundred million weights, from dozens of examples up."
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
    holds: ClassVar[Holds] = "as it is"
    needs: ClassVar[tuple[str, ...]] = ()

    def build(self, model: Any, options: Any) -> Any:
        """A peft model whose LoRA weights (fp32) alone require grad."""
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(
            r=options.rank,
            lora_alpha=options.alpha,
            lora_dropout=options.dropout,
            target_modules="all-linear" if options.targets == "all linear layers" else _attention(model),
            use_rslora=options.scaling == "rank-stabilised",
            use_dora=options.variant == "DoRA",
            task_type="CAUSAL_LM",
        )
        return get_peft_model(model, config, autocast_adapter_dtype=True)

    def groups(self, model: Any, options: Any) -> list[Group]:
        return [Group([weight for weight in model.parameters() if weight.requires_grad])]

    def trained(self, parameters: int, layers: Sequence[Layer], options: Any) -> int:
        """Two narrow matrices beside each layer; of DoRA also a length for each output."""
        chosen = [layer for layer in layers if options.targets == "all linear layers" or ATTENTION.search(layer.name)]
        narrow = sum(options.rank * (layer.inputs + layer.outputs) for layer in chosen)
        return narrow + (sum(layer.outputs for layer in chosen) if options.variant == "DoRA" else 0)

    def save(self, model: Any, folder: Path, model_name: str, state: dict[str, Any] | None = None) -> None:
        """Writes adapter_config.json and adapter_model.safetensors into `folder`.

        model_name stands in for the base model's path, which would tell where it lies on this machine.
        """
        model.peft_config["default"].base_model_name_or_path = model_name
        model.save_pretrained(folder, save_embedding_layers=False, state_dict=state)
        # peft's own card is a form without content
        (folder / "README.md").unlink(missing_ok=True)


def _attention(model: Any) -> list[str]:
    """Names of the linear layers in the attention of the blocks."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    linear = [name for name, part in model.named_modules() if isinstance(part, Linear | Conv1D)]
    return [name for name in linear if ATTENTION.search(name)]
