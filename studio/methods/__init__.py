"""Every method of tuning, in the order the page shows them. A new method is one file and one line here."""

from collections.abc import Mapping
from typing import Any, Protocol

from studio.errors import OptionError, UsageError
from studio.methods.base import Method, parse
from studio.methods.classifier import Classifier
from studio.methods.continued import Continued
from studio.methods.full import Full
from studio.methods.lora import AdditionOptions, Lora
from studio.methods.preference import Preference
from studio.methods.qlora import Qlora
from studio.methods.training_options import SHORTEST

METHODS: tuple[Method, ...] = (Lora(), Qlora(), Full(), Classifier(), Continued(), Preference())


def get(name: str) -> Method:
    """The method of that id; UsageError names those there are."""
    for method in METHODS:
        if method.id == name:
            return method
    known = ", ".join(method.id for method in METHODS)
    raise UsageError(f"There is no method called {name}.", f"Choose one of: {known}.", field="method")


class Base(Protocol):
    """What validation needs to know of a base model; studio.models.ModelInfo fits. context: in tokens. hidden_size: the
    width of its layers."""

    @property
    def name(self) -> str: ...
    @property
    def context(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...


def validate(method: str, options: Mapping[str, Any], model: Base | None) -> Any:
    """The method's options in full, checked against their bounds and against the base model (None: not known yet).

    UsageError for an unknown method; OptionError, with every mistake of its kind, before anything has started.
    """
    values = parse(get(method).options, options)
    limit = getattr(values, "max_length", 0)
    if model is not None and limit > model.context:
        raise OptionError(
            f"The longest example (max_length) is {limit:,} tokens, but {model.name} reads at most {model.context:,}.",
            f"Set it to {model.context} or less, or to 0 for as much as the model can read.",
            field="max_length",
        )
    if 0 < limit < SHORTEST:
        raise OptionError(
            f"The longest example (max_length) is {limit} tokens, which leaves no room for a question and an answer.",
            f"Set it to {SHORTEST} or more, or to 0 for as much as the model can read.",
            field="max_length",
        )
    if model is not None and isinstance(values, AdditionOptions) and values.rank > model.hidden_size:
        raise OptionError(
            f"The LoRA rank is {values.rank}, but the layers of {model.name} are only {model.hidden_size} wide.",
            f"Set it to {model.hidden_size // 2} or less; 8 to 32 is usual.",
            field="rank",
        )
    return values
