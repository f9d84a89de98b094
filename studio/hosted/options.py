"""What can be set for a hosted job: the provider's own options. 0 leaves a number to the provider."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from studio.errors import OptionError
from studio.hosted.base import Method, Provider
from studio.methods.base import Options, number, other, parse
from studio.methods.training_options import TrainingOptions


class HostedOptions(Options):
    epochs: int = number(
        0,
        0,
        50,
        "Epochs",
        "passes",
        "How many times the model reads every training example; 0 lets the provider decide.",
    )
    batch_size: int = number(
        0,
        0,
        256,
        "Batch size",
        "examples",
        "How many examples the model reads before each change of its weights; 0 lets the provider decide.",
    )
    learning_rate_multiplier: float = number(
        0.0,
        0.0,
        10.0,
        "Learning rate multiplier",
        "times",
        "How far each step goes, as a multiple of the provider's own rate; 0 lets the provider decide.",
    )
    beta: float = number(
        0.0,
        0.0,
        2.0,
        "Beta",
        "",
        "For preferences alone: how firmly the model holds to what it was; 0 lets the provider decide.",
    )
    seed: int = other(TrainingOptions, "seed", 17, "The same seed and data give nearly the same model again.")
    suffix: str = Field(
        "",
        max_length=40,
        pattern=r"^[A-Za-z0-9._-]*$",
        title="Name of the model",
        json_schema_extra={"unit": ""},
        description="A word of letters, digits, dots and dashes that the tuned model's name will hold; may be empty.",
    )


DEFAULTS: dict[str, Any] = {name: info.default for name, info in HostedOptions.model_fields.items()}


def validated(provider: Provider, method: Method, values: Mapping[str, Any]) -> HostedOptions:
    """The options in full; OptionError, naming the option, for what this provider or method does not know."""
    options = parse(HostedOptions, values)
    assert isinstance(options, HostedOptions)
    unknown = [name for name in ("batch_size", "learning_rate_multiplier") if name not in provider.options]
    for name in (*unknown, *(("beta",) if method == "supervised" else ())):
        if getattr(options, name):
            title = HostedOptions.model_fields[name].title
            raise OptionError(f"{title} cannot be set for this job at {provider.title}.", "Set it to 0.", field=name)
    if method not in provider.methods:
        raise OptionError(
            f"{provider.title} does not learn from preferences.",
            "Choose another provider, or data with one answer each.",
            field="method",
        )
    return options
