"""The messy sample: its card names exactly what is found in it, and what is safe to mend leaves no error."""

import re

from studio.assets_path import asset
from studio.data import REPAIRS, Recipe, check_file, repairs_for, safe_repairs

FOLDER = asset("samples")
ROW = re.compile(r"^\| (all|\d+) \| `([a-z_.0-9]+)` \| (error|warning|note) \| (.+) \|$", re.MULTILINE)
CARD = (FOLDER / "messy.md").read_text(encoding="utf-8")
REPORT = check_file(FOLDER / "messy.jsonl").report


def documented() -> list[tuple[int | None, str, str, list[str]]]:
    return [
        (None if line == "all" else int(line), rule, severity, re.findall(r"`([a-z_.0-9]+)`", mends))
        for line, rule, severity, mends in ROW.findall(CARD)
    ]


def test_what_is_documented_is_what_is_found() -> None:
    found = {(f.line, f.rule, f.severity) for f in REPORT.findings}
    assert {(line, rule, severity) for line, rule, severity, _ in documented()} == found
    assert (REPORT.rows, REPORT.usable) == (80, 46)


def test_the_repairs_named_are_offered_for_that_finding() -> None:
    by_id = {repair.id: repair for repair in REPAIRS}
    offered = {repair.id for repair, _ in repairs_for(REPORT)}
    for _, rule, _, repairs in documented():
        for name in repairs:
            assert rule in by_id[name].rules or name == "rows.unusable"
            assert name in offered


def test_all_that_is_safe_leaves_no_error() -> None:
    safe = safe_repairs(REPORT)
    result = check_file(FOLDER / "messy.jsonl", recipe=Recipe(repairs=safe))
    assert (result.report.errors, result.report.usable) == (0, 56)
    mended = {(f.line, f.rule) for f in result.report.findings}
    by_id = {repair.id: repair for repair in REPAIRS}
    for line, rule, _, repairs in documented():
        if any(by_id[name].safe for name in repairs):
            assert (line, rule) not in mended
    usable = {example.line for example in result.examples}
    broken = {f.line for f in REPORT.findings if f.severity == "error"}
    assert len(usable & broken) == 11
    assert usable - broken == set(range(1, 82)) - broken - {31, 56, 74}
