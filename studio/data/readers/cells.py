"""Tables' rows to objects, whatever kind of file they are from: the names of the columns, rows that are longer or
shorter than these, and cells that hold JSON."""

import re
from collections.abc import Sequence
from typing import Any

from studio.data.checks import tables
from studio.data.log import Log
from studio.data.readers.strict_json import Decoder
from studio.data.rules import plain, quoted

# Columns whose cells hold turns, tools or several labels, written as JSON because a cell has no other way to hold them.
_LABELS = frozenset(("label", "labels"))
_NESTED = _LABELS | {"messages", "conversations", "tools", "prompt", "chosen", "rejected", "input"}
_NESTED |= {"preferred_output", "non_preferred_output"}


def unique_names(cells: Sequence[str], line: int | None, log: Log) -> list[str]:
    """The names of the columns. One that is missing or there already gets a name of its own."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {place}"
        if name in names:
            log.add(tables.SAME_COLUMN, line, plain(name), name, column=quoted(name), place=place)
            name = f"{name} ({place})"
        names.append(name)
    return names


_LIKE_DATA = re.compile(r"[.?!]\s*$|\n|^\s*[\d.,]+\s*$")
_LONGEST_NAME = 60


class Header:
    """The first row of a table, and the rows below it as objects by its names."""

    def __init__(self, cells: Sequence[str], line: int, log: Log) -> None:
        width = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
        self.names = unique_names(cells[:width], line, log)
        odd = next((cell for cell in cells[:width] if _LIKE_DATA.search(cell) or len(cell) > _LONGEST_NAME), None)
        if odd is not None:
            log.add(tables.NO_HEADER, line, None, odd)
        self._nested = [(place, name) for place, name in enumerate(self.names) if name in _NESTED]
        self._decoder = Decoder()

    def row(self, cells: Sequence[Any], line: int, log: Log) -> dict[str, Any] | None:
        """The row as an object; None where it has more cells than there are columns. Missing ones are empty."""
        wanted = len(self.names)
        if len(cells) != wanted:
            if any(cells[wanted:]):
                log.add(tables.MORE_CELLS, line, None, " | ".join(map(str, cells)), cells=len(cells), columns=wanted)
                return None
            if len(cells) < wanted:
                log.add(tables.FEWER_CELLS, line, None, " | ".join(map(str, cells)), cells=len(cells), columns=wanted)
            cells = [*cells[:wanted], *[""] * (wanted - len(cells))]
        row = dict(zip(self.names, cells, strict=True))
        for place, name in self._nested:
            row[name] = self._value(name, cells[place], line)
        return row

    def _value(self, name: str, cell: Any, line: int) -> Any:
        if not isinstance(cell, str) or not cell.lstrip().startswith(("[", "{")):
            return cell
        value = self._decoder.decode(cell, line, Log())
        parts = value.get("messages") if name == "input" and isinstance(value, dict) else value
        if not isinstance(parts, list) or not parts:
            return cell
        if name in _LABELS:
            return value if all(isinstance(part, str) for part in parts) else cell
        turns = all(isinstance(part, dict) and (name == "tools" or {"role", "from"} & part.keys()) for part in parts)
        return value if turns else cell
