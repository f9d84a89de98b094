"""LoRA: a small trained addition to a frozen base model (Hu et al. 2021, arXiv 2106.09685; Hugging Face peft)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from studio.methods.base import Options, Strength


class LoraOptions(Options):
    epochs: int = Field(
        3,
        ge=1,
        le=100,
        title="Epochs",
        json_schema_extra={"unit": "passes"},
        description="How many times the model reads every training example.",
    )
    learning_rate: float = Field(
        2e-3,
        ge=1e-6,
        le=1e-1,
        title="Learning rate",
        json_schema_extra={"unit": "per step"},
        description="How far each step moves the weights; too high unlearns, too low learns nothing.",
    )
    rank: int = Field(
        16,
        ge=1,
        le=256,
        title="LoRA rank",
        json_schema_extra={"unit": "dimensions"},
        description="The size of the trained addition: more can hold more, and needs more examples.",
    )
    alpha: int = Field(
        32,
        ge=1,
        le=512,
        title="LoRA alpha",
        json_schema_extra={"unit": ""},
        description="How strongly the addition counts beside the base model; about twice the rank is usual.",
    )
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="LoRA dropout",
        json_schema_extra={"unit": "share"},
        description="The share of the addition that is switched off at random in each step, against memorising.",
    )
    tokens_per_step: int = Field(
        1024,
        ge=64,
        le=131072,
        title="Tokens per step",
        json_schema_extra={"unit": "tokens"},
        description="How much text the model reads before each change of its weights.",
    )
    max_length: int = Field(
        0,
        ge=0,
        le=131072,
        title="Longest example",
        json_schema_extra={"unit": "tokens"},
        description="Longer examples are cut at their start; 0 means what the base model can read at once.",
    )
    warmup: float = Field(
        0.06,
        ge=0.0,
        le=0.5,
        title="Warm-up",
        json_schema_extra={"unit": "share of steps"},
        description="The share of the training in which the learning rate rises from zero.",
    )
    schedule: Literal["cosine", "linear", "constant"] = Field(
        "cosine",
        title="Schedule",
        json_schema_extra={"unit": "", "choices": ["cosine", "linear", "constant"]},
        description="How the learning rate falls after the warm-up.",
    )
    weight_decay: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Weight decay",
        json_schema_extra={"unit": "per step"},
        description="Pulls the trained weights towards zero, against memorising.",
    )
    evaluations_per_epoch: int = Field(
        2,
        ge=1,
        le=20,
        title="Checks per epoch",
        json_schema_extra={"unit": "times"},
        description="How often the loss on validation examples is measured in each epoch.",
    )
    seed: int = Field(
        17,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        json_schema_extra={"unit": ""},
        description="The same seed, data and machine give the same run again.",
    )


class Lora:
    """Trains low-rank matrices on all linear layers of the transformer blocks; the base model stays as it is.

    Example: `studio train FILE --method lora --set rank=32`.
    """

    id: ClassVar[str] = "lora"
    title: ClassVar[str] = "LoRA"
    what: ClassVar[str] = "Keeps the base model as it is and trains a small addition beside it."
    when: ClassVar[str] = "The right first choice for nearly every task, from dozens of examples up."
    cost: ClassVar[str] = "Little memory, and a file of a few megabytes to take away."
    options: ClassVar[type[Options]] = LoraOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 2, "learning_rate": 1e-3, "rank": 8, "alpha": 16},
        "balanced": {"epochs": 6, "learning_rate": 3e-3, "rank": 16, "alpha": 32},
        "strong": {"epochs": 12, "learning_rate": 5e-3, "rank": 32, "alpha": 64},
    }

    def build(self, model: Any, options: LoraOptions) -> Any:
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
