"""What can be set for a hosted job: the provider's own options. 0 leaves a number to the provider."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from studio.errors import OptionError
from studio.hosted.base import Method, Provider
from studio.methods.base import Options, parse


class HostedOptions(Options):
    epochs: int = Field(
        0,
        ge=0,
        le=50,
        title="Epochs",
        json_schema_extra={"unit": "passes"},
        description="How many times the model reads every training example; 0 lets the provider decide.",
    )
    batch_size: int = Field(
        0,
        ge=0,
        le=256,
        title="Batch size",
        json_schema_extra={"unit": "examples"},
        description="How many examples the model reads before each change of its weights; 0 lets the provider decide.",
    )
    learning_rate_multiplier: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Learning rate multiplier",
        json_schema_extra={"unit": "times"},
        description="How far each step goes, as a multiple of the provider's own rate; 0 lets the provider decide.",
    )
    beta: float = Field(
        0.0,
        ge=0.0,
        le=2.0,
        title="Beta",
        json_schema_extra={"unit": ""},
        description="For preferences alone: how firmly the model holds to what it was; 0 lets the provider decide.",
    )
    seed: int = Field(
        17,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        json_schema_extra={"unit": ""},
        description="The same seed and data give nearly the same model again.",
    )
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
