"""The form of a shape, and what the shapes share: the fields of a mapping, texts of turns, extra keys.

A format is a module with
NAME, TITLE, TASK, KEYS (needed in every row), EXAMPLE (one line), REASON (a sentence: why a row is taken for one);
FIELDS, what a mapping can fill;
score(row) -> 0 to 1: how sure it is that the row has this shape; detect(row): whether it may be parsed as one;
parse(row, line, log) -> Example, or None with its findings in the log;
filled(values) -> the row that these fields make; their names are those of FIELDS and KEYS;
write(example) -> the row that parses to this example, or None where the shape cannot hold it;
field(place), the path of the n-th turn's text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from studio.data.checks import shape
from studio.data.log import Log
from studio.data.rules import plain, quoted
from studio.data.values import Example, Task


@dataclass(frozen=True)
class Field:
    """A part of a row that a column can fill. title: what it is, for a layman. needed: no row without it. constant: a
    text that is the same in every row may be written in its place."""

    name: str
    title: str
    needed: bool = True
    constant: bool = False


class Format(Protocol):
    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the module

    @property
    def TITLE(self) -> str: ...  # noqa: N802

    @property
    def TASK(self) -> Task: ...  # noqa: N802

    @property
    def KEYS(self) -> tuple[str, ...]: ...  # noqa: N802

    @property
    def FIELDS(self) -> tuple[Field, ...]: ...  # noqa: N802

    @property
    def EXAMPLE(self) -> str: ...  # noqa: N802

    @property
    def REASON(self) -> str: ...  # noqa: N802

    def score(self, row: dict[str, Any]) -> float: ...

    def detect(self, row: dict[str, Any]) -> bool: ...

    def parse(self, row: dict[str, Any], line: int, log: Log) -> Example | None: ...

    def filled(self, values: dict[str, Any]) -> dict[str, Any]: ...

    def write(self, example: Example) -> dict[str, Any] | None: ...

    def field(self, place: int) -> str: ...


def text_of(row: dict[str, Any], name: str, line: int, log: Log) -> str | None:
    """The text of a field; None after the log says that it is none."""
    value = row[name]
    if type(value) is str:
        return value
    log.add(
        shape.NOT_TEXT,
        line,
        name,
        value,
        field=f"The {name}",
        what=shape.what_is(value),
        remedy=shape.text_remedy(value),
    )
    return None


def note_unused(row: dict[str, Any], known: Iterable[str], line: int, log: Log) -> None:
    for key in row:
        if key not in known:
            log.add(shape.UNUSED_KEY, line, plain(key), row[key], key=quoted(key))


def is_pair(example: Example) -> bool:
    """One question and one answer, and nothing besides that a plain pair could not hold."""
    return [m.role for m in example.messages] == ["user", "assistant"] and is_plain(example)


def is_plain(example: Example) -> bool:
    """Neither rejected turns nor tools, and no turn that is not trained or has calls or a call's id. Labels do not
    count: the answer says them too."""
    return not (example.rejected or example.tools) and all(
        message.weight != 0 and not message.calls and not message.call_id for message in example.messages
    )
