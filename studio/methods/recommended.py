"""What we propose for given rows on given models: base model, method, strength and values, each with its reason.

The rules for small models come from measurements (docs/recommended.md); those for larger ones from the literature named
beside them. Whatever the user has chosen stays, and the rest is proposed to go with it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.errors import ModelError
from studio.methods.base import Method, Options, Strength
from studio.methods.classifier import Classifier
from studio.methods.continued import Continued
from studio.methods.full import Full
from studio.methods.lora import Lora
from studio.methods.preference import Preference
from studio.methods.situation import MOST_LABELS, Base, Rows

SMALL = 200_000_000
"""Weights. Up to here training all of them needs little memory, and measured better than an addition."""
FEW = 200
"""Rows that the strengths of the methods are set for."""


@dataclass(frozen=True)
class Choice:
    """One proposal. name: model, method, strength or an option; because: one sentence."""

    name: str
    value: Any
    because: str


@dataclass(frozen=True)
class Proposal:
    """What goes together. options: the method's options in full. choices: what was chosen here, with the reasons; what
    the user named is not among them."""

    model: Base
    method: Method
    strength: Strength
    options: Mapping[str, Any]
    choices: tuple[Choice, ...]


def propose(
    rows: Rows,
    bases: Sequence[Base],
    *,
    model: Base | None = None,
    method: Method | None = None,
    strength: Strength | None = None,
) -> Proposal:
    """The proposal for these rows. bases: the models at hand, the first of each kind is preferred; model, method,
    strength: what the user has chosen. ModelError when no model is at hand."""
    choices = []
    if model is None:
        model, because = _model(rows, bases, method)
        choices.append(Choice("model", model.name, because))
    if method is None:
        method, because = _method(rows, model)
        choices.append(Choice("method", method.id, because))
    if strength is None:
        choices.append(
            Choice("strength", "balanced", "The middle way is the right start; change it after a first run.")
        )
    used: Strength = strength or "balanced"
    settled = [*_rate(method, model), *_epochs(method, rows, used), *_rare(method, rows)]
    values = {**method.strengths[used], **{choice.name: choice.value for choice in settled}}
    options: Options = method.options(**values)
    return Proposal(model, method, used, options.model_dump(), (*choices, *settled))


def _model(rows: Rows, bases: Sequence[Base], method: Method | None) -> tuple[Base, str]:
    fitting = [base for base in bases if method is None or base.kind in method.kinds]
    if not fitting:
        raise ModelError("No base model is at hand for this.", "Name a model folder of your own.")
    labels = _tells_labels(rows) and (method is None or method.teaches == "labels")
    wanted = "encoder" if labels else "decoder"
    found = next((base for base in fitting if base.kind == wanted), fitting[0])
    if found.kind == "encoder":
        return found, f"It reads a text as a whole, which tells {rows.labels:,} labels better than writing them does."
    return found, "It writes the answers itself, and trains in minutes on this machine."


def _method(rows: Rows, model: Base) -> tuple[Method, str]:
    if model.kind == "encoder":
        return Classifier(), "The examples are texts with labels, and this model gives each label a probability."
    if rows.task == "prefer":
        return Preference(), "Each example has a better and a worse answer, and this method learns from both."
    if rows.task == "text" and model.parameters <= SMALL:
        return Continued(), "The examples are raw text, which is read on rather than answered."
    if model.parameters <= SMALL:
        return Full(), "A model this small has little room for an addition; training all of it learns more, as quickly."
    return Lora(), "A model this large is best left as it is, with a small trained addition."


def _tells_labels(rows: Rows) -> bool:
    return rows.task == "classify" and 2 <= rows.labels <= MOST_LABELS


def _rate(method: Method, model: Base) -> list[Choice]:
    """Larger models want smaller steps. For these there are no measurements of ours: full fine-tuning and classifiers
    take 2e-5 to 5e-5 (Devlin et al. 2018), LoRA about ten times that (Schulman et al. 2025, "LoRA Without Regret")."""
    if model.parameters <= TINY:
        return _words_first() if method.teaches == "labels" and model.name == WORDS_FIRST else []
    if method.teaches == "preferences":
        return [Choice("learning_rate", 5e-5, "Preferences are learned in small steps, so that what was known stays.")]
    rate = 2e-4 if method.keeps == "adapter" else 5e-5 if model.parameters <= SMALL else 2e-5
    return [Choice("learning_rate", rate, "The larger the model, the smaller the steps it learns best in.")]


WORDS_FIRST = "starter-encoder"
"""The one encoder that is begun as the mean of its words; layers of others have more to learn."""


def _words_first() -> list[Choice]:
    """Measured on the starter encoder (tools/starter/LOG.md): layers that learn as quickly as the words and the head
    learn few rows by heart and tell new ones worse."""
    return [
        Choice("learning_rate", 2e-3, "The words and the labels of a small encoder learn best in large steps."),
        Choice("layers_rate", 0.01, "What lies between them keeps what it knows and learns no example by heart."),
    ]


TINY = 30_000_000
"""Weights. The learning rates of the methods' strengths are measured on models up to about here."""


def _epochs(method: Method, rows: Rows, strength: Strength) -> list[Choice]:
    """So many that few rows give enough steps and many do not take hours."""
    usual = method.strengths[strength]["epochs"]
    wanted = round(usual * math.sqrt(FEW / max(1, rows.training)))
    epochs = max(LEAST_EPOCHS, min(wanted, MOST_TIMES * usual))
    if abs(epochs - usual) * 4 <= usual:
        # about the same, and not worth a word
        return []
    count = f"{rows.training:,} examples"
    if epochs > usual:
        return [Choice("epochs", epochs, f"{count} are few, so that they are read more often to give enough steps.")]
    return [Choice("epochs", epochs, f"{count} are many, so that fewer passes teach as much in less time.")]


LEAST_EPOCHS = 2
MOST_TIMES = 2


def _rare(method: Method, rows: Rows) -> list[Choice]:
    """A label with less than a quarter of its fair share would be drowned by the others."""
    if method.teaches != "labels" or not rows.labels or rows.rarest * rows.labels * 4 >= rows.training:
        return []
    because = f"The rarest label has {rows.rarest:,} of {rows.training:,} examples; its mistakes count more."
    return [Choice("class_weights", "balanced", because)]
