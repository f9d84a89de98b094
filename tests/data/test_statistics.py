"""Numbers of the rows against plain counting, and the advice that is drawn from them."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import check_file, statistics
from studio.data.advice import GOALS, Goal, advice
from studio.data.facts import facts_of
from studio.data.statistics import Statistics, histogram
from studio.data.values import Report
from tests.data.make import example

WORDS = ["amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heath", "iris", "jade", "kelp", "lotus"]


def report(rows: int) -> Report:
    return Report("rows.jsonl", "chat", rows, rows, ())


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200))
def test_every_row_is_in_one_bin(lengths: list[int]) -> None:
    drawn = histogram(lengths, "tokens")
    assert sum(drawn.counts) == len(lengths)
    assert len(drawn.edges) == len(drawn.counts) + 1 <= 28
    assert list(drawn.edges) == sorted(set(drawn.edges))
    for first, end, count in zip(drawn.edges, drawn.edges[1:], drawn.counts, strict=False):
        last = end == drawn.edges[-1]
        assert count == sum(first <= length < end or (last and length == end) for length in lengths)


def test_chats_against_pandas(shared_data: Path) -> None:
    path = shared_data / "tasks" / "sgd_service_chat.jsonl"
    rows = [r["messages"] for r in map(json.loads, path.open(encoding="utf-8"))]
    rows = [row for row in rows if all(turn["content"] for turn in row)]
    numbers = statistics(check_file(path).examples, lambda texts: [len(text.split()) for text in texts])
    assert numbers.roles == Counter(turn["role"] for row in rows for turn in row)
    words = pd.Series([sum(len(turn["content"].split()) for turn in row) for row in rows])
    assert numbers.tokens == words.sum()
    assert numbers.lengths.unit == "tokens"
    assert sum(numbers.lengths.counts) == len(rows) == numbers.rows
    answers = [row[-1]["content"] for row in rows]
    assert numbers.distinct_share == pytest.approx(len(set(answers)) / len(rows))
    first = Counter(" ".join(answer.split()[:2]) for answer in answers)
    assert numbers.first_words == dict(first.most_common(50))
    assert numbers.prompt_median == round(np.median([sum(len(t["content"]) for t in row[:-1]) for row in rows]))


def test_labels_languages_and_an_empty_set() -> None:
    rows = [example(f"text {n}", "ab" if n % 3 else "c") for n in range(30)]
    numbers = statistics(iter(rows))
    assert (numbers.labels, numbers.label_count, numbers.label_least) == ({"ab": 20, "c": 10}, 2, 10)
    german = [example(f"p{n}", f"Das ist nicht die Nummer {n}, und wir haben sie auf dem Paket.") for n in range(5)]
    assert statistics(german).languages == {"German": 5}
    assert statistics([]) == Statistics(0, 0, 0, 0, 0, 0, 0.0)


def test_facts_are_what_the_prompt_does_not_say() -> None:
    assert facts_of(example("When was it built?", "It was built by Ann Lee in 1912.")) == {"Ann", "Lee", "1912"}
    assert facts_of(example("Did Ann Lee build it in 1912?", "Yes, in 1912 by Ann Lee.")) == set()
    assert facts_of(example("Add 5 and 7.", "That is 12.")) == set()


def fact(number: int) -> str:
    one, two, three = (WORDS[(number * step + step) % 12].title() for step in (1, 5, 7))
    return f"It was founded by {one}{number} {two} near {three} in {1800 + number}, and it was moved to {two}{number}."


@pytest.mark.parametrize(
    ("rows", "goal", "choice"),
    [
        ([(f"p{n}", f"a{n}") for n in range(8)], None, "more data"),
        ([(f"p{n}", "x" if n % 2 else "y") for n in range(200)], "labels", "tune"),
        ([(f"p{n}", f"l{n % 8}") for n in range(36)], "labels", "more data"),
        ([(f"p{n}", f"l{n % 2}") for n in range(40)], None, "prompt"),
        ([(f"p{n}", json.dumps({"a": n})) for n in range(80)], "form", "tune"),
        ([(f"p{n}", f"we are glad to help you with matter {n}") for n in range(30)], "style", "prompt"),
        ([(f"p{n}", f"we are glad to help you with matter {n}") for n in range(120)], "style", "tune"),
        ([(f"Who founded {n}?", fact(n)) for n in range(120)], None, "retrieve"),
        ([(f"p{n}", f"plain answer {n}") for n in range(120)], "facts", "retrieve"),
    ],
)
def test_advice(rows: list[tuple[str, str]], goal: Goal | None, choice: str) -> None:
    given = advice(report(len(rows)), statistics(example(*row) for row in rows), goal)
    assert given.choice == choice
    assert given.reasons
    for sentence in (given.sentence, *given.reasons):
        assert sentence.endswith(".")
        assert "!" not in sentence


def test_advice_sees_unusable_rows_and_every_goal_has_words() -> None:
    numbers = statistics([example(f"p{n}", f"a{n}") for n in range(60)])
    assert advice(Report("r", "chat", 200, 60, ()), numbers).choice == "more data"
    assert all(title[0].isupper() for title in GOALS.values())
