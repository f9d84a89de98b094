"""The form of a repair. The repairs themselves live with their family in this folder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from studio.data.values import Example

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
    """Mends an example in the light of all: `see` each once, then `mend` each in the same order."""

    def see(self, example: Example) -> None: ...

    def mend(self, example: Example) -> Example | None: ...


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
