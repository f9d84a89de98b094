"""JSON answers: the share that is valid JSON, and how often each field is right."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from studio.evaluation.metrics.base import Graded, Measure

LEAST_SHARE = 0.9
MOST_FIELDS = 20
"""More columns than this cannot be read in a table; the share over all fields still counts every one."""


def as_object(text: str) -> dict[str, Any] | None:
    """The JSON object that the whole text is; None for anything else."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON, although Python reads it")


def suits(wanted: Sequence[str]) -> bool:
    """At least 90 % of the wanted answers are JSON objects."""
    return bool(wanted) and sum(as_object(text) is not None for text in wanted) >= LEAST_SHARE * len(wanted)


class JsonFields:
    """json_valid (share of answers that are a JSON object), json_equal (share that say the same as the wanted one,
    whatever the order of fields and the spaces), field.NAME for each field of the wanted answers, and
    fields (mean share of a row's wanted fields that are right). A value counts as right when it is equal as JSON.

    Example: wanted `{"category": "billing", "urgency": "low"}`, answered `{"category": "billing"}`: json_valid 1,
    field.category 1, field.urgency 0, fields 0.5.
    """

    id: ClassVar[str] = "json"
    title: ClassVar[str] = "JSON fields"
    what: ClassVar[str] = "How many answers are valid JSON, and how often each field has the wanted value."

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        if not suits([row.wanted for row in rows]):
            return []
        wanted = [as_object(row.wanted) for row in rows]
        answers = [as_object(row.answer) for row in rows]
        valid = tuple(None if w is None else float(a is not None) for w, a in zip(wanted, answers, strict=True))
        found = [Measure("json_valid", valid, higher_is_better=True, share=True)]
        same = tuple(
            None if w is None else float(a is not None and _same(w, a)) for w, a in zip(wanted, answers, strict=True)
        )
        found.append(Measure("json_equal", same, higher_is_better=True, share=True))
        shares = tuple(_share(w, a) for w, a in zip(wanted, answers, strict=True))
        if any(share is not None for share in shares):
            found.append(Measure("fields", shares, higher_is_better=True, share=False))
        for name in field_names(wanted)[:MOST_FIELDS]:
            values = tuple(_right(name, w, a) for w, a in zip(wanted, answers, strict=True))
            found.append(Measure(f"field.{name}", values, higher_is_better=True, share=True))
        return found


def field_names(objects: Sequence[dict[str, Any] | None]) -> list[str]:
    """The fields of these objects in the order of their first appearance."""
    return list(dict.fromkeys(name for found in objects if found is not None for name in found))


def _right(name: str, wanted: dict[str, Any] | None, answer: dict[str, Any] | None) -> float | None:
    if wanted is None or name not in wanted:
        return None
    return float(answer is not None and name in answer and _same(wanted[name], answer[name]))


def _share(wanted: dict[str, Any] | None, answer: dict[str, Any] | None) -> float | None:
    if not wanted:
        return None
    return sum(_right(name, wanted, answer) or 0.0 for name in wanted) / len(wanted)


def _same(left: Any, right: Any) -> bool:
    # Python holds True == 1; JSON does not.
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
