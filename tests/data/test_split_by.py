"""Splits by more than chance: labels in proportion, near prompts and columns together, sides that are given, leaks."""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import Example, Recipe, check_file, leakage, make_split, row_key
from studio.data.leakage import leaks
from studio.data.parts import column_of, parts_of_files
from studio.data.values import Message, Source, Split
from studio.errors import DataError
from tests.data.make import example, lines

WORDS = [
    "red",
    "blue",
    "green",
    "small",
    "large",
    "open",
    "close",
    "north",
    "south",
    "early",
    "late",
    "warm",
    "cold",
    "round",
]
SIDES = ("training", "validation", "test")


def sides(split: Split) -> tuple[tuple[int, ...], ...]:
    return tuple(split.training), tuple(split.validation), tuple(split.test)


def sound(examples: list[Example], split: Split) -> None:
    assert sorted(row for side in sides(split) for row in side) == list(range(len(examples)))
    assert split.training


def near_rows(chance: random.Random, count: int) -> list[Example]:
    """Rows in families: a sentence of 20 words, and copies of it with other capitals and marks."""
    rows = []
    for number in range(count):
        text = " ".join(chance.choices(WORDS, k=20))
        rows += [example(text, f"a{number}"), example(text.upper() + "!", f"b{number}")]
    return rows


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(25, 60))
def test_near_prompts_stay_on_one_side_whatever_the_order(seed: int, count: int) -> None:
    chance = random.Random(seed)
    examples = near_rows(chance, count)
    split = make_split(examples, seed, groups="near")
    sound(examples, split)
    side_of = {row: name for name, side in zip(SIDES, sides(split), strict=True) for row in side}
    assert all(side_of[row] == side_of[row + 1] for row in range(0, len(examples), 2))
    shuffled = chance.sample(examples, len(examples))
    assert make_split(shuffled, seed, groups="near").fingerprint == split.fingerprint


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from("aaaaaabbbc"), min_size=60, max_size=300), st.integers(0, 9))
def test_labels_are_in_proportion(labels: list[str], seed: int) -> None:
    examples = [labelled(f"text {n}", label) for n, label in enumerate(labels)]
    split = make_split(examples, seed)
    sound(examples, split)
    for side in (split.validation, split.test):
        found = Counter(labels[row] for row in side)
        for label, count in Counter(labels).items():
            assert abs(found[label] - count * len(side) / len(labels)) <= 1.5
    chance = random.Random(seed)
    assert make_split(chance.sample(examples, len(examples)), seed).fingerprint == split.fingerprint


def labelled(text: str, label: str) -> Example:
    return Example(1, (Message("user", text), Message("assistant", label)), labels=(label,))


def test_labels_are_not_looked_at_where_that_is_not_wanted() -> None:
    examples = [labelled(f"text {n}", "rare" if n < 150 else "usual") for n in range(400)]
    assert make_split(examples).fingerprint != make_split(examples, stratify=False).fingerprint
    pairs = [example(f"p{n}", f"a long answer {n}") for n in range(400)]
    assert make_split(pairs).fingerprint == make_split(pairs, stratify=False).fingerprint


@given(st.lists(st.sampled_from("abcdefghijklmnopqrst"), min_size=40, max_size=120), st.integers(0, 9))
def test_rows_of_one_customer_stay_on_one_side(customers: list[str], seed: int) -> None:
    examples = [example(f"p{n}", f"a{n}") for n in range(len(customers))]
    split = make_split(examples, seed, column=customers)
    sound(examples, split)
    held = [{customers[row] for row in side} for side in sides(split)]
    # Where a few customers have all the rows, single rows are divided instead.
    if max(Counter(customers).values()) <= 8:
        assert not held[0] & held[1]
        assert not (held[0] | held[1]) & held[2]


def test_sides_that_are_given() -> None:
    examples = [example(f"p{n}", f"a{n}") for n in range(100)]
    given = ["test"] * 20 + [None] * 10 + ["training"] * 70
    split = make_split(examples, parts=given)
    sound(examples, split)
    assert list(split.test) == list(range(20))
    assert len(split.validation) == 8
    both = make_split(examples, parts=["validation"] * 30 + ["test"] * 1 + [None] * 69)
    assert sides(both) == (tuple(range(31, 100)), tuple(range(30)), (30,))
    with pytest.raises(DataError, match="No row is left"):
        make_split(examples, parts=["test"] * 100)


def test_sides_from_a_column_and_from_files(tmp_path: Path) -> None:
    rows = [{"prompt": f"p{n}", "completion": f"a{n}", "fold": "Dev" if n % 5 == 0 else "train"} for n in range(50)]
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    paths[0].write_text(lines(*rows[:30]), "utf-8")
    paths[1].write_text("{broken\n" + lines(*rows[30:]), "utf-8")
    examples = check_file(paths, recipe=Recipe()).examples
    sources = [Source(path, path.name) for path in paths]
    fold = column_of(sources, examples, "fold")
    assert fold.parts == ["training" if row["fold"] == "train" else "validation" for row in rows]
    assert len(set(fold.numbers.tolist())) == 2
    split = make_split(examples, parts=fold.parts)
    assert list(split.validation) == list(range(0, 50, 5))
    assert list(make_split(examples, parts=parts_of_files(examples, [None, "test"])).test) == list(range(30, 50))
    left_out = [example for row, example in enumerate(examples) if row % 3]
    by_hand = example("p", "a", line=0)
    numbers = column_of(sources, [*left_out, by_hand], "prompt").numbers.tolist()
    assert len(set(numbers)) == len(left_out) + 1
    assert numbers[-1] == 0
    with pytest.raises(DataError, match="column"):
        column_of(sources, examples, "none")


def test_raw_text_splits_by_row() -> None:
    rows = [Example(n, (Message("assistant", f"text {n}"),)) for n in range(2000)]
    split = make_split(rows)
    assert [len(side) for side in sides(split)] == [1600, 200, 200]


def test_rows_that_differ_in_tools_or_the_worse_answer_are_different() -> None:
    plain = example("p", "a")
    worse = Example(1, plain.messages, rejected=(Message("assistant", "x"),))
    assert len({row_key(row) for row in (plain, worse, Example(1, plain.messages, tools="[]"))}) == 3


def test_leaks_between_the_sides() -> None:
    text = " ".join(WORDS)
    examples = [example(f"p{n}", "a", n + 1) for n in range(10)]
    examples += [
        example(text, "a", 11),
        example("p3", "b", 12),
        example(text.upper(), "c", 13),
        example("new", "d", 14),
    ]
    split = Split(tuple(range(11)), (11, 12), (13,), 17, "")
    found = [(f.rule, f.line, f.message) for f in leaks(examples, split)]
    assert [f[:2] for f in found] == [("split.same_prompt", 12), ("split.near_prompt", 13)]
    assert "line 4" in found[0][2]
    assert "line 11" in found[1][2]
    assert leaks(examples, make_split(examples, groups="near")) == ()


def test_leaks_name_the_file_and_are_found_among_many_that_look_alike() -> None:
    text = " ".join(WORDS)
    taught = [Example(n + 1, example(f"{text} {n % 7}", "a").messages, file=1) for n in range(3000)]
    held_out = [Example(n + 1, example(f"{text.title()} {n % 7}!", "b").messages) for n in range(200)]
    held_out.append(Example(201, example("quite another thing", "b").messages))
    split = Split(range(201, 3201), range(100), range(100, 201), 17, "")
    found = leaks([*held_out, *taught], split, ("judge.csv", "teach.csv"))
    assert [(f.rule, f.file, f.line) for f in found] == [("split.near_prompt", "judge.csv", n + 1) for n in range(200)]
    assert all("of teach.csv" in f.message for f in found)


def test_of_very_many_held_out_rows_the_first_are_compared_and_that_is_said(monkeypatch) -> None:
    monkeypatch.setattr(leakage, "MOST_HELD_OUT", 2)
    examples = [example(f"p{n % 4}", "a", n + 1) for n in range(8)]
    found = leaks(examples, Split(tuple(range(4)), (4, 5), (6, 7), 17, ""))
    assert [(f.rule, f.line) for f in found] == [
        ("split.not_compared", None),
        ("split.same_prompt", 5),
        ("split.same_prompt", 6),
    ]
    assert found[0].message.startswith("The first 2 held-out rows were compared")
