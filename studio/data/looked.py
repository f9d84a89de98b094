"""What was found about a stored version beside its report, kept as files in the data set's folder: rows that a model
would cut, held-out rows that are also to learn from."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from studio.data.counting import context
from studio.data.cutting import cut_rows
from studio.data.keys import fingerprint
from studio.data.leakage import leaks
from studio.data.split import load_split
from studio.data.store import load_report, rows_file
from studio.data.table import Rows, Tell
from studio.data.values import Finding

Findings = tuple[Finding, ...]


def cut(folder: Path, version: int, tokenizer: Path, limit: int) -> Findings | None:
    """The rows that a model would cut, as `find_cut` kept them; None where nobody looked."""
    return _kept(_cut_file(folder, version, tokenizer, limit))


def find_cut(folder: Path, version: int, tokenizer: Path, limit: int, tell: Tell | None = None) -> Findings:
    """A warning for each row with more tokens than a model reads at once. limit: in tokens."""
    shape = load_report(folder, version).shape
    if shape is None:
        return ()
    found = cut_rows(Rows(rows_file(folder, version), tell), shape, context(tokenizer, limit))
    return _keep(found, _cut_file(folder, version, tokenizer, limit))


def leaking(split: Path) -> Findings | None:
    """The held-out rows that are also to learn from, as `find_leaking` kept them; None where nobody looked."""
    return _kept(_leaks_file(split))


def find_leaking(folder: Path, version: int, split: Path, tell: Tell | None = None) -> Findings:
    """See leakage.leaks. split: the file of the version's split."""
    rows, files = Rows(rows_file(folder, version), tell), load_report(folder, version).files
    return _keep(leaks(rows, load_split(split), files), _leaks_file(split))


def _cut_file(folder: Path, version: int, tokenizer: Path, limit: int) -> Path:
    return folder / f"cut-{version}-{fingerprint(tokenizer)[:12]}-{limit}.json"


def _leaks_file(split: Path) -> Path:
    return split.with_name(split.name.replace("split-", "leaks-", 1))


def _kept(path: Path) -> Findings | None:
    try:
        return tuple(Finding(**finding) for finding in json.loads(path.read_text(encoding="utf-8"))["findings"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(found: Findings, path: Path) -> Findings:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    text = json.dumps({"v": 1, "findings": [asdict(finding) for finding in found]}, ensure_ascii=False)
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return found
