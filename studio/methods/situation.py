"""What is to be learned, and on what: the facts that a method is chosen by, and what cannot go together."""

import importlib.util
from dataclasses import dataclass
from typing import Protocol

from studio.errors import DataError, StudioError, UsageError
from studio.methods.base import Kind, Method, Task

MOST_LABELS = 1000


class Base(Protocol):
    """A base model; studio.models.ModelInfo fits."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def can_generate(self) -> bool: ...
    @property
    def parameters(self) -> int: ...
    @property
    def context(self) -> int: ...


@dataclass(frozen=True)
class Rows:
    """A data set as a method sees it. training: rows to learn from. labels: different ones, 0 where rows have none;
    rarest: rows of the rarest one. answer: median length of an answer in characters. typical, longest: tokens of the
    median and the longest row, as reckoned; 0 where not known. has_test: whether rows are kept to judge by."""

    task: Task
    training: int
    labels: int = 0
    rarest: int = 0
    answer: int = 0
    typical: int = 0
    longest: int = 0
    has_test: bool = True


def fits(method: Method, model: Base) -> bool:
    """Whether the method can be used on a model of this kind. One that writes text and was given a head of labels has
    lost what it writes with."""
    return model.kind in method.kinds and (method.teaches == "labels" or model.can_generate)


def unsuited(method: Method, model: Base, rows: Rows) -> StudioError | None:
    """Why this method cannot teach this model these rows, None when it can."""
    if not fits(method, model):
        return UsageError(
            f"{method.title} needs a base model that writes text, and {model.name} reads texts to tell their labels.",
            "Choose another base model, or the method text classifier.",
            field="method",
        )
    missing = next((name for name in method.needs if importlib.util.find_spec(name) is None), None)
    if missing is not None:
        return UsageError(
            f"{method.title} needs the library {missing}, which is not installed on this machine.",
            "Choose LoRA, or install the library.",
            field="method",
        )
    if method.teaches == "labels":
        return _labels(rows)
    if rows.task not in method.tasks:
        return DataError(WRONG_ROWS[method.tasks[0]].format(method=method.title), OTHER_ROWS, field="method")
    return None


WRONG_ROWS = {
    "prefer": "{method} needs a better and a worse answer to each prompt, and these examples have no worse one.",
    "text": "{method} reads raw text, and these examples have questions and answers.",
}
OTHER_ROWS = "Choose another method, or bring other examples."


def _labels(rows: Rows) -> StudioError | None:
    other = "Choose another method, or bring rows with a text and a label."
    if rows.task != "classify" or not rows.labels:
        return DataError("A text classifier learns labels, and these examples have none.", other, field="label")
    if rows.labels == 1:
        return DataError(
            "All examples have the same label, so there is nothing to tell apart.",
            "Add examples of at least one other label.",
            field="label",
        )
    if rows.labels > MOST_LABELS:
        return DataError(
            f"The examples have {rows.labels:,} different labels, and a text classifier tells at most "
            f"{MOST_LABELS:,} apart.",
            "Check that the column of labels is the right one, or join labels that are alike.",
            field="label",
        )
    return None
