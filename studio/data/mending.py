"""Which repairs a data set can use, and what one of them would do."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.data.check import Check
from studio.data.readers import Unread
from studio.data.recipe import Reads
from studio.data.repairs import REPAIRS, Repair, repair_of
from studio.data.repairs.leave_out import UNUSABLE
from studio.data.store import context_of, originals, recipe_of
from studio.data.values import Example, Report

_SHOWN_CHARACTERS = 2000

Change = tuple[int, str, str]
"""Line, what was there, what is there afterwards ('' where the row is removed)."""


def repairs_for(report: Report) -> list[tuple[Repair, int]]:
    """The repairs that mend something of what was found, each with the number of places."""
    places: dict[str, int] = {}
    for finding in report.findings:
        places[finding.rule] = places.get(finding.rule, 0) + finding.count
    unusable = sum(f.count for f in report.findings if f.severity == "error" and f.line is not None)
    found = ((repair, sum(places.get(rule, 0) for rule in repair.rules)) for repair in REPAIRS if repair != UNUSABLE)
    offered = [(repair, count) for repair, count in found if count]
    return [*offered, (UNUSABLE, unusable)] if unusable and report.shape else offered


def safe_repairs(report: Report) -> tuple[str, ...]:
    """The ids of all safe repairs that may help, in the order in which they work best together. Where lines could not
    be read, nobody knows yet what is in them, so the safe repairs of rows are among these too."""
    offered = {repair.id for repair, _ in repairs_for(report)}
    unread = any(repair.level == "line" and repair.id in offered for repair in REPAIRS)
    blind = {repair.id for repair in REPAIRS if unread and repair.level in ("row", "example")}
    return tuple(repair.id for repair in REPAIRS if repair.safe and repair.id in offered | blind)


def preview_repair(
    folder: Path,
    version: int | None,
    repair_id: str,
    count: int = 5,
    cancelled: Callable[[], bool] | None = None,
    reads: Reads | None = None,
    most_rows: int | None = None,
) -> tuple[int, int, list[Change]]:
    """What a repair would do to a version of a data set: rows changed in all, rows removed in all, and the first
    `count` of them. reads: of a model, for the repair that needs one. most_rows: how many rows of the originals are
    looked at, from the first one on. DataError for an unknown repair, CancelledError."""
    repair = repair_of(repair_id)
    recipe = recipe_of(folder, version)
    shown: list[Change] = []
    totals = [0, 0]

    def watch(at_work: Repair, line: int, before: Any, after: Any) -> None:
        if at_work.id == repair.id:
            totals[after is None] += 1
            if len(shown) < count:
                shown.append((line, *_texts(before, after)))

    repairs = (*(name for name in recipe.repairs if name != repair.id), repair.id)
    sources = originals(folder)
    whole = replace(recipe, repairs=repairs)
    context = context_of(folder, replace(whole, reads=reads or whole.reads))
    Check(sources, sources[0].name, None, None, whole, cancelled, watch, context=context).mend(most_rows)
    return totals[0], totals[1], shown


def _texts(before: Any, after: Any) -> tuple[str, str]:
    if isinstance(before, Example) and isinstance(after, Example):
        changed = [n for n, (one, other) in enumerate(zip(_turns(before), _turns(after), strict=False)) if one != other]
        if len(before.messages) == len(after.messages):
            return "\n".join(_turns(before)[n] for n in changed), "\n".join(_turns(after)[n] for n in changed)
    return _text(before), "" if after is None else _text(after)


def _turns(example: Example) -> list[str]:
    return [f"{m.role}: {m.content}" for m in (*example.messages, *example.rejected)]


def _text(what: Any) -> str:
    if isinstance(what, Example):
        return "\n".join(_turns(what))[:_SHOWN_CHARACTERS]
    if isinstance(what, Unread):
        what = what.text
    return (what if isinstance(what, str) else json.dumps(what, ensure_ascii=False))[:_SHOWN_CHARACTERS]
