"""What a method is: a description for people, typed options, three strengths, and build() which alone needs torch."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from studio.errors import OptionError

Strength = Literal["gentle", "balanced", "strong"]
STRENGTHS: tuple[Strength, ...] = ("gentle", "balanced", "strong")
Kind = Literal["decoder", "encoder"]
"""Of a base model: one that writes text, or one that reads it and tells labels."""
Task = Literal["chat", "classify", "prefer", "text"]
"""What rows are for, as the data room names it."""
Teaches = Literal["text", "labels", "preferences"]
"""What is learned: to write the answers, to tell labels with probabilities, or to like one answer better."""
Keeps = Literal["adapter", "model"]
"""What a checkpoint holds: an addition to the base model, or a model of its own."""
Holds = Literal["as it is", "in 4 bits"]
"""How the frozen base model is held in memory while it is trained and used."""


class Options(BaseModel):
    """Base of every method's options: flat, typed, bounded, described; unknown names are refused.

    Each field gives `title`, `description` (one sentence for a layman) and, in json_schema_extra, `unit` and
    optionally `choices`. The page and the command line draw their controls and help from these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def number(default: float, low: float, high: float, title: str, unit: str, description: str) -> Any:
    """The field of a number from `low` to `high`, both allowed."""
    return Field(default, ge=low, le=high, title=title, json_schema_extra={"unit": unit}, description=description)


def other(options: type[Options], name: str, default: float, description: str = "") -> Any:
    """The field of that name in `options` with another default, and other words where there are any."""
    changed = deepcopy(options.model_fields[name])
    changed.default = default
    changed.description = description or changed.description
    return changed


def choice(default: str, choices: Sequence[str], title: str, description: str) -> Any:
    """The field of one of several words."""
    extra: dict[str, Any] = {"unit": "", "choices": list(choices)}
    return Field(default, title=title, json_schema_extra=extra, description=description)


@dataclass(frozen=True)
class Group:
    """Weights that learn at the same rate. scale: of the learning rate."""

    weights: list[Any]
    scale: float = 1.0


@dataclass(frozen=True)
class Layer:
    """A linear layer of the blocks of a model. name: as the weights are stored."""

    name: str
    inputs: int
    outputs: int


class Method(Protocol):
    """One way of tuning. what, when: the lines of its card. kinds, tasks: the base models and rows it suits.
    needs: libraries that not every machine has."""

    id: ClassVar[str]
    title: ClassVar[str]
    what: ClassVar[str]
    when: ClassVar[str]
    options: ClassVar[type[Any]]
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]]
    kinds: ClassVar[tuple[Kind, ...]]
    tasks: ClassVar[tuple[Task, ...]]
    teaches: ClassVar[Teaches]
    keeps: ClassVar[Keeps]
    holds: ClassVar[Holds]
    needs: ClassVar[tuple[str, ...]]

    def build(self, model: Any, options: Any) -> Any:
        """Wrap or prepare a loaded transformers model for training; what requires grad afterwards is trained."""
        ...

    def groups(self, model: Any, options: Any) -> list[Group]:
        """The trained weights of a built model, by the rate they learn at."""
        ...

    def trained(self, parameters: int, layers: Sequence[Layer], options: Any) -> int:
        """How many weights will be trained, of a base model with these parameters and linear layers of its blocks."""
        ...

    def save(self, model: Any, folder: Path, model_name: str, state: dict[str, Any] | None = None) -> None:
        """Write what was trained into `folder`, as safetensors; `model_name` is what it may call its base model. state:
        the state dict, where the model itself holds a part of it alone."""
        ...


def parse(options: type[Options], values: Mapping[str, Any]) -> Options:
    """Options from values; every mistake at once in one OptionError (its field: the first one's name)."""
    try:
        return options(**values)
    except ValidationError as error:
        problems = [_sentence(options, dict(problem)) for problem in error.errors()]
        first = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        raise OptionError(" ".join(problems), "Change the named options, or leave them out.", field=first) from None


def _sentence(options: type[Options], problem: dict[str, Any]) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "options"
    info = options.model_fields.get(name)
    if info is None:
        return f"There is no option {name}; this method knows {', '.join(options.model_fields)}."
    low, high = bounds(info)
    title = info.title or name
    if low is not None or high is not None:
        return f"{title} ({name}) is {problem['input']!r}; it must lie between {_number(low)} and {_number(high)}."
    choices = (info.json_schema_extra or {}).get("choices") if isinstance(info.json_schema_extra, dict) else None
    wanted = f"one of {', '.join(map(str, choices))}" if isinstance(choices, list) else str(problem["msg"]).lower()
    return f"{title} ({name}) is {problem['input']!r}; expected {wanted}."


def _number(value: float | None) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest allowed value of a field (inclusive), None where there is none."""
    low = next((m.ge for m in info.metadata if getattr(m, "ge", None) is not None), None)
    high = next((m.le for m in info.metadata if getattr(m, "le", None) is not None), None)
    return low, high
