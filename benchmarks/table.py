"""A table of measured figures beside their limits."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure: median, mean and spread of `values`, all in `unit`. limit: what it is held against ('' for none).

    Without values it was not measured, and `what` says why."""

    what: str
    values: tuple[float, ...]
    unit: str
    limit: str = ""

    @property
    def median(self) -> float:
        ordered = sorted(self.values)
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)


def show(rows: list[Row]) -> None:
    """Prints the rows with aligned columns: median, mean, lowest, highest, limit."""
    head = ("figure", "median", "mean", "lowest", "highest", "unit", "runs", "limit")
    lines: list[tuple[Any, ...]] = [head]
    lines += [
        (
            r.what,
            f"{r.median:.2f}",
            f"{r.mean:.2f}",
            f"{min(r.values):.2f}",
            f"{max(r.values):.2f}",
            r.unit,
            len(r.values),
            r.limit,
        )
        if r.values
        else (r.what, *("",) * 7)
        for r in rows
    ]
    widths = [max(len(str(line[i])) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
