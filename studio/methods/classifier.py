"""Text classification: a head of labels on an encoder such as BERT, or on a model that writes text."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from studio.methods.base import Group, Holds, Keeps, Kind, Layer, Strength, Task, Teaches, choice, number, other
from studio.methods.training_options import TrainingOptions

LAYER = re.compile(r"\.(?:layer|layers|h|blocks?)\.(\d+)\.")


class ClassifierOptions(TrainingOptions):
    epochs: int = other(TrainingOptions, "epochs", 12)
    learning_rate: float = other(
        TrainingOptions,
        "learning_rate",
        5e-4,
        "How far each step moves the weights; large models want a tenth of what small ones want.",
    )
    tokens_per_step: int = other(TrainingOptions, "tokens_per_step", 256)
    evaluations_per_epoch: int = other(
        TrainingOptions,
        "evaluations_per_epoch",
        1,
        "How often the labels of the validation examples are told in each epoch.",
    )
    class_weights: Literal["none", "balanced"] = choice(
        "none",
        ("none", "balanced"),
        "Rare labels",
        "Balanced makes a mistake on a rare label count more, so that it is not drowned by frequent ones.",
    )
    word_dropout: float = number(
        0.2,
        0.0,
        0.9,
        "Word dropout",
        "share",
        "The share of the words hidden at random in each step, so that no single word decides.",
    )
    layer_decay: float = number(
        1.0,
        0.1,
        1.0,
        "Rate of lower layers",
        "per layer",
        "What each lower layer's learning rate is multiplied with; below 1 keeps more of the base model.",
    )
    layers_rate: float = number(
        1.0,
        0.0,
        1.0,
        "Rate of the layers",
        "of the rate",
        "What the learning rate is multiplied with between the words and the labels; low keeps what the model knows.",
    )


class Classifier:
    """Trains a base model with a new head that gives each label a probability; all weights move.

    Example: `studio train FILE --method classifier --set class_weights=balanced`.
    """

    id: ClassVar[str] = "classifier"
    title: ClassVar[str] = "Text classifier"
    what: ClassVar[str] = (
        "Teaches the model to tell which labels a text has, each with a probability; it writes nothing."
    )
    when: ClassVar[str] = "For texts with labels, such as topic, intent or sentiment, also when examples are few."
    options: ClassVar[type[ClassifierOptions]] = ClassifierOptions
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        "gentle": {"epochs": 6},
        "balanced": {"epochs": 12},
        "strong": {"epochs": 24},
    }
    kinds: ClassVar[tuple[Kind, ...]] = ("encoder", "decoder")
    tasks: ClassVar[tuple[Task, ...]] = ("classify",)
    teaches: ClassVar[Teaches] = "labels"
    keeps: ClassVar[Keeps] = "model"
    holds: ClassVar[Holds] = "as it is"
    needs: ClassVar[tuple[str, ...]] = ()

    def build(self, model: Any, options: Any) -> Any:
        """The model with its head, every weight requiring grad."""
        return model.requires_grad_(True)

    def groups(self, model: Any, options: Any) -> list[Group]:
        """By depth: the head and the top layer learn at the full rate, each layer below at layer_decay of the next; all
        between the head and the words' vectors at layers_rate of that."""
        depth = model.config.get_text_config().num_hidden_layers
        words = {id(weight) for weight in model.get_input_embeddings().parameters()}
        layers = {id(weight) for weight in model.base_model.parameters()} - words
        by_scale: dict[float, list[Any]] = {}
        for name, weight in model.named_parameters():
            between = options.layers_rate if id(weight) in layers else 1.0
            by_scale.setdefault(between * options.layer_decay ** _below(name, depth), []).append(weight)
        return [Group(weights, scale) for scale, weights in by_scale.items()]

    def trained(self, parameters: int, layers: Sequence[Layer], options: Any) -> int:
        """Every weight; the head of labels is small beside them."""
        return parameters

    def save(self, model: Any, folder: Path, model_name: str, state: dict[str, Any] | None = None) -> None:
        """Writes config.json with the labels' names and the weights as safetensors into `folder`."""
        model.save_pretrained(folder, state_dict=state)


def _below(name: str, depth: int) -> int:
    """How many layers lie between the weight of this name and the head: 0 for the top layer and all above it."""
    found = LAYER.search(name)
    if found:
        return depth - 1 - int(found[1])
    return depth if "embed" in name else 0
