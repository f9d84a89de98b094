"""The split: disjoint, covering, by content, grouped by prompt, and the same from its file."""

import json
import random
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import Example, Split, check_file, load_split, make_split, row_key, save_split
from studio.errors import DataError, OptionError
from tests.data.make import example

pairs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), min_size=4, max_size=150)


def contents(examples: list[Example], part: Iterable[int]) -> list[str]:
    return sorted(row_key(examples[row]) for row in part)


@given(pairs, st.integers(0, 5), st.randoms(use_true_random=False))
def test_split_is_sound_and_knows_no_order(rows: list[tuple[int, int]], seed: int, chance: random.Random) -> None:
    examples = [example(f"p{prompt}", f"a{answer}") for prompt, answer in rows]
    split = make_split(examples, seed)
    every = [*split.training, *split.validation, *split.test]
    assert sorted(every) == list(range(len(examples)))
    assert split.training
    assert len(split.validation) >= 2
    assert len(split.test) >= 8 or not split.test
    assert len(examples) >= 40 or not split.test
    held_out = set(contents(examples, split.test))
    assert not held_out & set(contents(examples, [*split.training, *split.validation]))
    shuffled = chance.sample(examples, len(examples))
    again = make_split(shuffled, seed)
    assert again.fingerprint == split.fingerprint
    for part in ("training", "validation", "test"):
        assert contents(shuffled, getattr(again, part)) == contents(examples, getattr(split, part))


@given(st.integers(4, 400), st.integers(0, 3))
def test_sizes_with_distinct_prompts(count: int, seed: int) -> None:
    split = make_split([example(f"p{n}", "a") for n in range(count)], seed)
    wanted = max(8, round(count / 10))
    if count < 40:
        assert (len(split.validation), len(split.test)) == (max(2, round(count / 10)), 0)
    else:
        assert (len(split.validation), len(split.test)) == (wanted, wanted)


def test_at_most_500_rows_are_held_out_of_each_kind() -> None:
    split = make_split([example(f"p{n}", "a") for n in range(8000)])
    assert (len(split.training), len(split.validation), len(split.test)) == (7000, 500, 500)


@given(st.integers(0, 50), st.integers(1, 3))
def test_many_rows_are_divided_as_few_are(seed: int, alike: int) -> None:
    examples = [example(f"p{n // alike}", f"a{n}") for n in range(2000)]
    shares = {"validation_share": 0.0045, "test_share": 0.005}
    whole = make_split(examples, seed, **shares)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.data.split.MANY_ROWS", 0)
        assert make_split(examples, seed, **shares) == whole


def test_same_prompt_stays_on_one_side() -> None:
    examples = [example(f"p{n % 100}", f"a{n}") for n in range(300)]
    split = make_split(examples)
    sides = [{examples[row].prompt for row in part} for part in (split.training, split.validation, split.test)]
    assert all(one.isdisjoint(other) for one, other in combinations(sides, 2))
    assert len(split.test) == 30


def test_one_prompt_for_all_rows_splits_by_row() -> None:
    split = make_split([example("p", f"a{n}") for n in range(100)])
    assert (len(split.training), len(split.validation), len(split.test)) == (80, 10, 10)


def test_one_row_for_all_has_no_test() -> None:
    split = make_split([example("p", "a", line) for line in range(100)])
    assert (len(split.training), len(split.validation), len(split.test)) == (98, 2, 0)


def test_seed_and_content_change_the_fingerprint() -> None:
    examples = [example(f"p{n}", "a") for n in range(100)]
    prints = {make_split(examples, 1).fingerprint, make_split(examples, 2).fingerprint}
    prints.add(make_split([*examples[:-1], example("p99", "other")], 1).fingerprint)
    assert len(prints) == 3


def test_too_few_rows_and_shares_that_do_not_fit() -> None:
    with pytest.raises(DataError, match="at least 4"):
        make_split([example(f"p{n}", "a") for n in range(3)])
    with pytest.raises(OptionError):
        make_split([example(f"p{n}", "a") for n in range(50)], validation_share=0.5, test_share=0.5)


def test_split_file(tmp_path: Path) -> None:
    split = make_split([example(f"p{n}", "a") for n in range(50)])
    path = save_split(split, tmp_path)
    assert path.name == f"split-{split.fingerprint[:12]}.json"
    assert load_split(path) == split
    assert save_split(split, tmp_path) == path
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == [path.name]


def test_damaged_split_file(tmp_path: Path) -> None:
    twice = save_split(Split((0, 1), (1,), (1,), 17, "abc"), tmp_path)
    for path in (twice, tmp_path / "none.json"):
        with pytest.raises(DataError):
            load_split(path)
    twice.write_text("{", encoding="utf-8")
    with pytest.raises(DataError):
        load_split(twice)


def test_a_split_file_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "split-abc.json"
    old = {"v": 1, "seed": 3, "fingerprint": "abc", "training": [0, 2, 4], "validation": [3], "test": [1]}
    path.write_text(json.dumps(old), encoding="utf-8")
    split = load_split(path)
    assert (list(split.training), list(split.validation), list(split.test)) == ([0, 2, 4], [3], [1])
    assert (split.seed, split.fingerprint) == (3, "abc")
    path.write_text(json.dumps({**old, "training": [0, 2, 3]}), encoding="utf-8")
    with pytest.raises(DataError, match="every row once"):
        load_split(path)


def test_the_fingerprint_stays_what_it_was() -> None:
    split = make_split([example(f"p{n}", "a") for n in range(50)])
    assert split.fingerprint[:16] == "0780ad627fbad48e"
    assert list(split.test) == [5, 9, 17, 21, 27, 37, 41, 49]


def test_real_file_has_no_prompt_on_two_sides(shared_data: Path) -> None:
    examples = check_file(shared_data / "tasks" / "medquad_chat_short.jsonl").examples
    split = make_split(examples)
    training = {examples[row].prompt for row in split.training}
    assert not training & {examples[row].prompt for row in [*split.validation, *split.test]}
    assert (len(split.validation), len(split.test)) == (500, 500)
