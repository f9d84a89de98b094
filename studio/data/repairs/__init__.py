"""A file per family of repairs. A new repair is one Repair in a family here; a new family is one line in FAMILIES.

Repairs are offered in the order of this register: first what makes a line readable, then rows, then texts, then what
compares rows; last, what could not be mended is left out.
"""

from studio.data.repairs import broken_json, copies, json_answers, leave_out, length, over_all, rows, texts
from studio.data.repairs.repair import Repair, Survey
from studio.errors import DataError

__all__ = ["FAMILIES", "REPAIRS", "Repair", "Survey", "repair_of"]

FAMILIES = (broken_json, rows, texts, over_all, json_answers, copies, length, leave_out)
REPAIRS: tuple[Repair, ...] = tuple(repair for family in FAMILIES for repair in family.REPAIRS)


def repair_of(name: str) -> Repair:
    """The repair with this id; DataError where there is none."""
    found = next((repair for repair in REPAIRS if repair.id == name), None)
    if found is None:
        raise DataError(f"There is no repair called {name!r}.", f"Known are {', '.join(r.id for r in REPAIRS)}.")
    return found
