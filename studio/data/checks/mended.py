"""What the steps of a recipe did, so that no row is changed or lost without a number."""

from typing import TYPE_CHECKING

from studio.data.log import Log
from studio.data.rules import Rule

if TYPE_CHECKING:
    from studio.data.repairs.mender import Mender

MENDED = Rule(
    "recipe.mended",
    "note",
    'The repair "{title}" {did}.',
    "Nothing to do; the original file is kept as it came, and the repair can be undone.",
    b"",
)

RULES = (MENDED,)


def tell(mender: "Mender", log: Log) -> None:
    """One note for each repair that did something."""
    for repair in mender.repairs:
        changed, removed = mender.changed[repair.id], mender.removed[repair.id]
        parts = [f"{did} {_rows(count)}" for did, count in (("changed", changed), ("removed", removed)) if count]
        if parts:
            log.add(MENDED, None, places=changed + removed, title=repair.title, did=" and ".join(parts))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
