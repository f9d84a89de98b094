"""Repairs of rows as they stand in the file. Each mends what the shape's own reading finds fault with, at the very
place that the finding names."""

import json
from collections.abc import Callable
from typing import Any

from studio.data.formats import format_named
from studio.data.formats.turn import meant_role
from studio.data.log import Log
from studio.data.repairs.repair import Repair, Row
from studio.data.rules import plain

_GONE = object()

Change = Callable[[Any], Any]
"""The new value, _GONE where the key is to go, or the same object."""


def _mends(change: Change, *rules: str) -> Row:
    """Changes the values at the places for which one of the rules is found."""

    def mend(row: dict[str, Any], shape: str) -> dict[str, Any]:
        wanted, log = format_named(shape), Log()
        if not wanted.detect(row):
            return row
        wanted.parse(row, 0, log)
        places = {finding.field for finding in log.findings() if finding.rule in rules}
        mended: dict[str, Any] = _changed(row, "", places, change) if places else row
        return mended

    return mend


def _changed(value: Any, path: str, places: set[str | None], change: Change) -> Any:
    """The value with the changes at the places in it; the same object where nothing changes."""
    if path in places:
        return change(value)
    if isinstance(value, dict):
        items = [
            (key, _changed(item, f"{path}.{plain(key)}".lstrip("."), places, change)) for key, item in value.items()
        ]
        if all(new is value[key] for key, new in items):
            return value
        return {key: new for key, new in items if new is not _GONE}
    if isinstance(value, list):
        new = [_changed(item, f"{path}[{place}]", places, change) for place, item in enumerate(value)]
        return value if all(one is other for one, other in zip(new, value, strict=True)) else new
    return value


def _known_role(role: Any) -> Any:
    return (meant_role(role) if isinstance(role, str) else None) or role


def _as_text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | int | float | dict) else value


REPAIRS = (
    Repair(
        "turn.roles_renamed",
        "Rename roles",
        "Roles under other names (human, bot, customer, agent) are renamed to user and assistant.",
        ("turn.role",),
        True,
        "row",
        b'{"messages": [{"role": "human", "content": "a"}, {"role": "bot", "content": "b"}]}\n',
        _mends(_known_role, "turn.role"),
    ),
    Repair(
        "text.from_values",
        "Write numbers and objects as text",
        "Numbers, true and false, and JSON objects where text is wanted are written as text.",
        ("text.not_text",),
        True,
        "row",
        b'{"prompt": "a", "completion": 42}\n',
        _mends(_as_text, "text.not_text"),
    ),
    Repair(
        "row.unused_removed",
        "Remove unused keys",
        "Keys that training does not use are removed from rows and turns.",
        ("row.unused_key", "turn.unused_key"),
        True,
        "row",
        b'{"prompt": "a", "completion": "b", "extra": 1}\n',
        _mends(lambda value: _GONE, "row.unused_key", "turn.unused_key"),
    ),
)
