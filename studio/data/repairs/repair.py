"""The form of a repair. The repairs themselves live with their family in this folder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from studio.data.values import Example, Message

Level = Literal["line", "row", "example", "file"]
"""What a repair works on: the text of a line that is not JSON, a row as JSON object, an example, or an example after
all examples were seen."""

Line = Callable[[str], str]
"""Mends the text of a line that is not JSON; the same text where it can do nothing."""
Row = Callable[[dict[str, Any], str], dict[str, Any]]
"""Mends a row of the shape with this name; the same object where there is nothing to mend."""
Single = Callable[[Example], Example | None]
"""Mends an example; the same object where there is nothing to mend, None where the row is to go."""


class Survey(Protocol):
    """Mends an example in the light of all: `see` each once, then `begin`, then `mend` any. number: of the row in the
    files, the same each time it comes."""

    def see(self, example: Example, number: int) -> None: ...

    def begin(self) -> None: ...

    def mend(self, example: Example, number: int) -> Example | None: ...


@dataclass(frozen=True)
class Repair:
    """One way to mend a data set. title: what the button says. says: a sentence on what it does to the rows. rules: ids
    of the findings that it mends. safe: no row that could be used is lost or means something else afterwards. example:
    a whole small file that it changes. mend: by level a Line, Row or Single function, or a class of Survey."""

    id: str
    title: str
    says: str
    rules: tuple[str, ...]
    safe: bool
    level: Level
    example: bytes
    mend: Any


def with_texts(example: Example, change: Callable[[str], str]) -> Example:
    """The example with every text changed, its labels too; the same object where nothing changes."""
    messages, rejected = _changed(example.messages, change), _changed(example.rejected, change)
    if messages is not example.messages or rejected is not example.rejected:
        example = replace(example, messages=messages, rejected=rejected)
    return with_labels(example, tuple(map(change, example.labels)))


def with_labels(example: Example, labels: tuple[str, ...]) -> Example:
    """The example with other labels, which its answer says too; the same object where they are the same."""
    if labels == example.labels:
        return example
    return replace(with_answer(example, ", ".join(labels)), labels=labels)


def with_answer(example: Example, answer: str) -> Example:
    """The example with another last answer."""
    if answer == example.answer:
        return example
    return replace(example, messages=(*example.messages[:-1], replace(example.messages[-1], content=answer)))


def _changed(messages: tuple[Message, ...], change: Callable[[str], str]) -> tuple[Message, ...]:
    texts = [change(message.content) for message in messages]
    if all(text == message.content for text, message in zip(texts, messages, strict=True)):
        return messages
    return tuple(
        message if text == message.content else replace(message, content=text)
        for text, message in zip(texts, messages, strict=True)
    )
