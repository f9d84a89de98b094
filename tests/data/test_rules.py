"""Every rule has an example that shows it, stable words, and findings that are safe to print."""

import json
import re
from pathlib import Path

import pytest

from studio.data import FORMATS, RULES, check_file
from studio.data.checks import FAMILIES
from studio.data.rules import Rule
from tests.data.make import checked


def test_ids_are_distinct_and_well_formed() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name) for name in ids)


def test_families_and_formats_say_what_they_are() -> None:
    assert all(family.__doc__ for family in FAMILIES)
    assert all(shape.__doc__ for shape in FORMATS)


# What no small file shows by itself: a recipe was at work, a million rows, a model's context, a split.
SHOWN_ELSEWHERE = {"recipe.mended", "rows.not_compared", "answer.cut", "prompt.cut", "openai.size"}
SHOWN_ELSEWHERE |= {"split.same_prompt", "split.near_prompt", "split.not_compared"}


@pytest.mark.parametrize("rule", [r for r in RULES if r.id not in SHOWN_ELSEWHERE], ids=lambda rule: rule.id)
def test_example_shows_the_rule(rule: Rule, tmp_path: Path) -> None:
    found = [f for f in checked(tmp_path, rule.example, rule.name).report.findings if f.rule == rule.id]
    assert found
    finding = found[0]
    assert finding.severity == rule.severity
    for sentence in (finding.message, finding.remedy):
        assert sentence
        assert "{" not in sentence.replace("{...}", "").replace('{"', "")
        assert "!" not in sentence.replace("!DOCTYPE", "")
    assert len(finding.excerpt) <= 80
    assert finding.excerpt.isprintable()


@pytest.mark.parametrize("shape", FORMATS, ids=lambda shape: shape.NAME)
def test_example_of_a_format_is_usable(shape, tmp_path: Path) -> None:
    assert set(shape.KEYS) <= json.loads(shape.EXAMPLE).keys()
    report = checked(tmp_path, shape.EXAMPLE).report
    assert (report.shape, report.usable, report.errors) == (shape.NAME, 1, 0)


def test_manifest_of_cases(shared_data: Path) -> None:
    """The verdicts of the shared cases, but for the one that needs a model's context."""
    folder = shared_data / "bad_inputs" / "jsonl_cases"
    for case in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        if case["file"] == "warn_long_completion_only.jsonl":
            continue
        report = check_file(folder / case["file"]).report
        findings = [f for f in report.findings if f.severity != "note"]
        lines = {f.line for f in report.findings}
        verdicts = case["expect"].split("-or-")
        if report.errors:
            assert {"invalid", "fixable", "error"} & set(verdicts), case
        elif "valid" not in verdicts:
            assert findings, case
            assert {"warn", "convert"} & set(verdicts), case
        if case["line"] is not None and "valid" not in verdicts:
            assert {int(line) for line in str(case["line"]).split(",")} & lines, case
