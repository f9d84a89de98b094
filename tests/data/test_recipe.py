"""Recipes: written and read again, refused where unknown, replayed on another file; cancel and progress on the way."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import REPAIRS, Edit, Mapping, Recipe, check_file
from studio.data.check import Check
from studio.data.sources import sources_of
from studio.errors import CancelledError, DataError
from tests.data.make import lines

WORDS = st.text(max_size=8)
ROWS = st.dictionaries(WORDS, st.one_of(WORDS, st.integers(), st.none()), max_size=3)
EDITS = st.one_of(
    st.builds(Edit, st.just("delete"), st.integers(1, 99), st.none(), st.integers(0, 3)),
    st.builds(Edit, st.just("replace"), st.integers(1, 99), ROWS, st.integers(0, 3)),
    st.builds(Edit, st.just("add"), st.just(0), ROWS),
)
MAPPINGS = st.builds(Mapping, WORDS, st.dictionaries(WORDS, WORDS), st.dictionaries(WORDS, WORDS))
RECIPES = st.builds(
    Recipe,
    st.one_of(st.none(), WORDS),
    st.one_of(st.none(), MAPPINGS),
    st.lists(st.sampled_from([repair.id for repair in REPAIRS]), max_size=5).map(tuple),
    st.lists(EDITS, max_size=4).map(tuple),
)


@given(RECIPES)
def test_a_recipe_comes_back_from_json(recipe: Recipe) -> None:
    assert Recipe.from_json(json.loads(json.dumps(recipe.as_json()))) == recipe
    assert recipe.without_edits().edits == ()


@pytest.mark.parametrize(
    "change",
    [
        {"repairs": ["rows.none"]},
        {"repairs": None},
        {"edits": [{"action": "paint", "line": 1, "row": None, "file": 0}]},
        {"edits": [{"action": "add", "line": 0, "row": None, "file": 0}]},
        {"edits": [{"action": "delete", "line": "1", "row": None, "file": 0}]},
        {"mapping": {"shape": 1, "columns": {}, "constants": {}}},
        {"mapping": {"shape": "chat", "columns": {"a": 1}, "constants": {}}},
        {"shape": 5},
    ],
)
def test_damaged_recipes_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        Recipe.from_json({**Recipe().as_json(), **change})
    with pytest.raises(DataError):
        Recipe.from_json([])


def test_a_recipe_mends_the_next_file_the_same_way(tmp_path: Path) -> None:
    recipe = Recipe(repairs=("text.stripped", "rows.duplicates_removed"), edits=(Edit("delete", 1),))
    path = tmp_path / "next.jsonl"
    path.write_text(lines(*({"prompt": f"p{n // 2}", "completion": f" a{n // 2} "} for n in range(8))), "utf-8")
    result = check_file(path, recipe=recipe.without_edits())
    assert [(e.line, e.answer) for e in result.examples] == [(1, "a0"), (3, "a1"), (5, "a2"), (7, "a3")]


def test_repeats_over_several_files_name_the_other_file(tmp_path: Path) -> None:
    row = {"prompt": "a", "completion": "b"}
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    paths[0].write_text(lines(row), "utf-8")
    paths[1].write_text(lines({"prompt": "c", "completion": "d"}, row, row), "utf-8")
    report = check_file(paths).report
    found = [(f.file, f.line, f.message) for f in report.findings if f.rule == "rows.duplicate"]
    assert [f[:2] for f in found] == [("two.jsonl", 2), ("two.jsonl", 3)]
    assert all("line 1 of one.jsonl" in message for _, _, message in found)
    edits = (Edit("delete", 2, None, 1), Edit("delete", 1, None, 0))
    assert [(e.file, e.line) for e in check_file(paths, recipe=Recipe(edits=edits)).examples] == [(1, 1), (1, 3)]


def big(folder: Path) -> list[Path]:
    paths = [folder / "one.jsonl", folder / "two.jsonl"]
    for path in paths:
        path.write_text(lines(*({"prompt": f"p{n}", "completion": f"a{n} "} for n in range(9000))), "utf-8")
    return paths


def test_progress_goes_over_all_files_and_passes(tmp_path: Path) -> None:
    paths, seen = big(tmp_path), []
    recipe = Recipe(repairs=("rows.duplicates_removed", "labels.one_spelling"))
    check_file(paths, progress=lambda *told: seen.append(told), recipe=recipe)
    size = sum(path.stat().st_size for path in paths)
    assert {whole for _, whole in seen} == {3 * size}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (3 * size, 3 * size)


@pytest.mark.parametrize("repairs", [(), ("rows.duplicates_removed",)])
@pytest.mark.parametrize("asked", [1, 20])
def test_cancel_ends_the_check(repairs: tuple[str, ...], asked: int, tmp_path: Path) -> None:
    paths, times = big(tmp_path), []

    def cancelled() -> bool:
        times.append(1)
        return len(times) >= asked

    with pytest.raises(CancelledError):
        check_file(paths, recipe=Recipe(repairs=repairs), cancelled=cancelled)
    assert len(times) == asked
    times.clear()
    with pytest.raises(CancelledError):
        Check(sources_of(paths), "rows", cancelled=lambda: True).errors()
