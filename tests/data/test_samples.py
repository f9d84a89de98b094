"""The samples that ship: as many rows as their index says, each readable, no two nearly the same, none on both sides.

Covers every data file in assets/samples but messy.jsonl, whose rows are bad on purpose.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas
import pytest
from rapidfuzz import fuzz, process

from studio.assets_path import asset
from studio.data import Example, Message, check_file, make_split
from studio.data.guess import first_recipe
from studio.session.samples import all_samples

FOLDER = asset("samples")
SAMPLES = sorted(
    path for path in FOLDER.iterdir() if path.suffix in (".jsonl", ".csv", ".xlsx") and path.name != "messy.jsonl"
)
MOST_ALIKE = 90.0
"""Percent, of rapidfuzz's ratio over lower-cased inputs."""

of_each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)


def plain_rows(path: Path) -> list[dict[str, Any]]:
    """The rows by plain json and pandas, so that a fault of our own reader does not hide one of the file."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    if path.suffix == ".csv":
        return pandas.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    return pandas.read_excel(path, engine="openpyxl", dtype=str, keep_default_na=False).to_dict("records")


def pair(row: dict[str, Any]) -> tuple[str, str]:
    """What is asked and what is answered: the last two turns of a chat, else the first two columns."""
    if "messages" in row:
        asked, answered = row["messages"][-2:]
        return asked["content"], answered["content"]
    asked, answered = list(row.values())[:2]
    return asked, answered


def examples(path: Path) -> list[Example]:
    """The rows as the studio reads them; by plain means where it does not know the shape."""
    checked = check_file(path)
    if checked.report.shape is not None:
        return checked.examples
    pairs = map(pair, plain_rows(path))
    return [Example(line, (Message("user", a), Message("assistant", b))) for line, (a, b) in enumerate(pairs, 1)]


def indexed() -> dict[str, int]:
    """File names and rows as the table in README.md says."""
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"\| \[`(.+?)`\]\((.+?)\) \| (\d+) \|", line) for line in lines)
    return {match[1]: int(match[3]) for match in found if match}


def test_the_index_names_every_sample() -> None:
    assert set(indexed()) == {path.name for path in SAMPLES} | {"messy.jsonl"}


@of_each_sample
def test_rows_are_as_many_as_the_index_says(path: Path) -> None:
    assert len(plain_rows(path)) == indexed()[path.name]
    assert path.with_suffix(".md").is_file()


@of_each_sample
def test_every_row_says_something(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = plain_rows(path)
    assert len({tuple(row) for row in rows}) == 1
    assert all(asked.strip() and answered.strip() for asked, answered in map(pair, rows))


@of_each_sample
def test_the_studio_reads_every_row(path: Path) -> None:
    report = check_file(path, recipe=first_recipe(path)).report
    offered = {sample.path.name for sample in all_samples()}
    if report.shape is None and path.name not in offered:
        pytest.skip("the studio does not read this shape, and does not offer the sample")
    assert (report.usable, report.errors, report.warnings) == (indexed()[path.name], 0, 0), report.findings


@of_each_sample
def test_no_two_inputs_are_nearly_the_same(path: Path) -> None:
    asked = [pair(row)[0].lower() for row in plain_rows(path)]
    scores = process.cdist(asked, asked, scorer=fuzz.ratio, score_cutoff=MOST_ALIKE)
    alike = [(asked[a], asked[b]) for a, b in zip(*scores.nonzero(), strict=True) if a < b]
    assert not alike


@of_each_sample
@pytest.mark.parametrize("seed", [17, 1, 2])
def test_no_held_out_prompt_is_trained_on(path: Path, seed: int) -> None:
    rows = examples(path)
    split = make_split(rows, seed)
    trained, held_out = (
        {" ".join(" ".join(turn.content for turn in rows[row].prompt).lower().split()) for row in part}
        for part in (split.training, split.validation + split.test)
    )
    assert len(split.validation) >= 8
    assert len(split.test) >= 8
    assert len(trained) + len(held_out) == len(rows)
    assert not trained & held_out
