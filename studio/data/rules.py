"""The form of a rule, and how text of the user's file is shown inside a sentence. The rules themselves live with their
family in checks/."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from studio.data.values import Severity

EXCERPT_CHARACTERS = 80
NAME_CHARACTERS = 40


@dataclass(frozen=True)
class Rule:
    """One kind of finding. says and remedy: plain sentences with {places} for values. example: a whole small file
    that shows the fault. once: the first place is reported, with the number of places in all. name: of the example."""

    id: str
    severity: Severity
    says: str
    remedy: str
    example: bytes
    once: bool = False
    name: str = "rows.jsonl"


def excerpt(text: object) -> str:
    """The start of `text` (or of a value as JSON) on one line, at most 80 characters, safe to print and to store."""
    return _clean(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False), EXCERPT_CHARACTERS)


def plain(name: object) -> str:
    """A name out of the file, shortened."""
    return _clean(str(name), NAME_CHARACTERS)


def quoted(name: object) -> str:
    """A name out of the file, in quotes and shortened."""
    return f'"{plain(name)}"'


def listing(names: Iterable[object], most: int = 6) -> str:
    """'"a", "b" and "c"', the rest as a number."""
    every = list(names)
    shown = [quoted(name) for name in every[:most]]
    if len(every) > most:
        shown.append(f"{len(every) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def _clean(text: str, most: int) -> str:
    head = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return head if len(head) <= most else head[: most - 1] + "…"
