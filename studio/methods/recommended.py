"""What we propose for given rows on given models: base model, method, strength and values, each with its reason.

The rules for small models come from measurements (docs/recommended.md); those for larger ones from the literature named
beside them. Whatever the user has chosen stays, and the rest is proposed to go with it.
"""

import importlib.util
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
from studio.methods.qlora import Qlora
from studio.methods.settling import SMALL, Choice, settled, split
from studio.methods.situation import MOST_LABELS, Base, Rows, fits

HALF = 2.6
"""Bytes a weight that LoRA needs about, the base model held in half precision."""


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
    memory: int | None = None,
) -> Proposal:
    """The proposal for these rows. bases: the models at hand, the first of each kind is preferred; model, method,
    strength: what the user has chosen; memory: bytes that are free, None where that is not known. ModelError when no
    model is at hand."""
    choices = []
    if model is None:
        model, because = _model(rows, bases, method)
        choices.append(Choice("model", model.name, because))
    if method is None:
        method, because = _method(rows, model, memory)
        choices.append(Choice("method", method.id, because))
    if strength is None:
        choices.append(
            Choice("strength", "balanced", "The middle way is the right start; change it after a first run.")
        )
    used: Strength = strength or "balanced"
    singles = settled(method, model, rows, used)
    values = {**method.strengths[used], **{single.name: single.value for single in singles}}
    options: Options = method.options(**values)
    return Proposal(model, method, used, options.model_dump(), (*choices, *singles, split(rows)))


def _model(rows: Rows, bases: Sequence[Base], method: Method | None) -> tuple[Base, str]:
    fitting = [base for base in bases if method is None or fits(method, base)]
    if not fitting:
        raise ModelError("No base model is at hand for this.", "Name a model folder of your own.")
    labels = _tells_labels(rows) and (method is None or method.teaches == "labels")
    wanted = "encoder" if labels else "decoder"
    found = next((base for base in fitting if base.kind == wanted), fitting[0])
    if found.kind == "encoder":
        return found, f"It reads a text as a whole, which tells {rows.labels:,} labels better than writing them does."
    return found, "It writes the answers itself, and trains in minutes on this machine."


def _method(rows: Rows, model: Base, memory: int | None) -> tuple[Method, str]:
    if not model.can_generate:
        return Classifier(), "The examples are texts with labels, and this model gives each label a probability."
    if rows.task == "prefer":
        return Preference(), "Each example has a better and a worse answer, and this method learns from both."
    if rows.task == "text" and model.parameters <= SMALL:
        return Continued(), "The examples are raw text, which is read on rather than answered."
    if model.parameters <= SMALL:
        return Full(), "A model this small has little room for an addition; training all of it learns more, as quickly."
    if memory is not None and model.parameters * HALF > memory and all(map(importlib.util.find_spec, Qlora.needs)):
        return Qlora(), "Held in 4 bits this model fits into the free memory, and otherwise it would not."
    return Lora(), "A model this large is best left as it is, with a small trained addition."


def _tells_labels(rows: Rows) -> bool:
    return rows.task == "classify" and 2 <= rows.labels <= MOST_LABELS
