"""Statistics of a stored version, kept beside its rows, so that they are counted once for each tokenizer."""

import json
import os
from dataclasses import fields
from pathlib import Path

from studio.data.counting import counter
from studio.data.keys import fingerprint
from studio.data.statistics import Histogram, Statistics, statistics
from studio.data.store import rows_file
from studio.data.table import Rows, Tell


def measured(folder: Path, version: int, tokenizer: Path | None) -> Statistics | None:
    """What was counted of a version with this tokenizer (None: characters alone); None where that was not done."""
    try:
        raw = json.loads(_file(folder, version, tokenizer).read_text(encoding="utf-8"))
        known = {item.name: raw[item.name] for item in fields(Statistics)}
        lengths = raw["lengths"]
        known["lengths"] = Histogram(lengths["unit"], tuple(lengths["edges"]), tuple(lengths["counts"]))
        return Statistics(**known)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure(folder: Path, version: int, tokenizer: Path | None, tell: Tell | None = None) -> Statistics:
    """Counts a version's rows and keeps the numbers. tell: of rows measured so far."""
    numbers = statistics(Rows(rows_file(folder, version), tell), counter(tokenizer) if tokenizer else None)
    target = _file(folder, version, tokenizer)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.write_text(json.dumps({"v": 1, **numbers.as_json()}, ensure_ascii=False), encoding="utf-8")
    part.replace(target)
    return numbers


def _file(folder: Path, version: int, tokenizer: Path | None) -> Path:
    how = fingerprint(tokenizer)[:12] if tokenizer else "characters"
    return folder / f"statistics-{version}-{how}.json"
