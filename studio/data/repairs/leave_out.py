"""Leaves out what cannot be used anyway. The pass over the file does it (stream.py): it alone knows which rows these
are."""

from typing import Any

from studio.data.repairs.repair import Repair


def _as_it_is(row: dict[str, Any], shape: str) -> dict[str, Any]:
    return row


UNUSABLE = Repair(
    "rows.unusable",
    "Leave out rows that cannot be used",
    "Rows with an error are left out. They would not be used as they are; the original file keeps them.",
    (),
    True,
    "row",
    b'{"prompt": "a", "completion": "b"}\n{broken\n',
    _as_it_is,
)

REPAIRS = (UNUSABLE,)
