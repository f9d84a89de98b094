"""Repairs of lines that are not JSON. Each changes what stands outside of texts, and is kept only where the line can be
read afterwards."""

import re

from studio.data.repairs.repair import Repair

# A text in double quotes in full, or else one of the marks that a repair looks at.
_TEXT = r'"(?:[^"\\]|\\.)*"'
_COMMA = re.compile(rf"({_TEXT})|,(\s*[}}\]])", re.DOTALL)


def _without_commas(text: str) -> str:
    return _COMMA.sub(lambda found: found.group(1) or found.group(2), text)


TRAILING_COMMAS = Repair(
    "json.trailing_commas",
    "Remove commas that are one too many",
    "Commas before a closing bracket are removed.",
    ("json.trailing_comma",),
    True,
    "line",
    b'{"prompt": "a", "completion": "b",}\n',
    _without_commas,
)

REPAIRS = (TRAILING_COMMAS,)
