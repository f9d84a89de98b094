"""Near duplicates: MinHash and the index against plain sets of word triples, compared pair by pair."""

import random
import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data.near import VALUES, Near, minima
from studio.data.seen import Seen

WORD = re.compile(r"[^\W_\u0800-\U0010ffff]+|[\u0800-\U0010ffff]")
WORDS = [f"w{n}" for n in range(400)]


def triples(text: str) -> set[tuple[str, ...]]:
    words = [*WORD.findall(re.sub("[\u2000-\u207f\u3000-\u303f]", " ", text.lower())), "", ""]
    return {tuple(words[n : n + 3]) for n in range(len(words) - 2)} or {("", "", "")}


def share(one: str, other: str) -> float:
    first, second = triples(one), triples(other)
    return len(first & second) / len(first | second)


def changed(chance: random.Random, words: list[str], places: int) -> str:
    made = list(words)
    for place in chance.sample(range(len(made)), places):
        made[place] = chance.choice(WORDS)
    return " ".join(made)


def test_estimate_agrees_with_plain_sets() -> None:
    chance = random.Random(3)
    pairs = []
    for _ in range(300):
        words = chance.choices(WORDS, k=40)
        pairs.append((" ".join(words), changed(chance, words, chance.randint(0, 12))))
    left, right = (minima([pair[side] for pair in pairs]) for side in (0, 1))
    errors = (left == right).mean(axis=1) - [share(*pair) for pair in pairs]
    assert abs(errors.mean()) < 0.01
    assert errors.std() < 0.5 / VALUES**0.5


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Where is my order?", "where is  MY order", True),
        ("It’s “late” — very late…", "it s late very late", True),
        ("我的订单，在哪里。", "我的订单在哪里", False),
        ("我的订单。在哪里", "我的订单在哪里", True),
        ("我的订单在哪里", "你的包裹到了", False),
        ("", "?!", True),
        ("", "a", False),
        ("Größe: 5", "größe 5", True),
        ("order now", "now order", False),
        ("a\x00b c", "a b c", True),
        ("x" * 3000, "x" * 2999 + "y", False),
    ],
)
def test_what_counts(one: str, other: str, same: bool) -> None:
    first, second = minima([one, other])
    assert (first == second).all() == same


@given(st.lists(st.text(max_size=30), min_size=1, max_size=30))
def test_a_text_has_the_same_minima_in_any_company(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    together = minima(texts)
    for place, text in enumerate(texts):
        assert (together[place] == minima([text])[0]).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_index_against_brute_force(seed: int, batch: int) -> None:
    """What it reports is alike; what is the same but for case and marks is reported; both whatever the batches."""
    chance = random.Random(seed)
    rows: list[tuple[str, str]] = []
    for _ in range(40):
        if rows and chance.random() < 0.4:
            prompt, answer = chance.choice(rows)
            places = chance.choice((0, 0, 1, 2))
            rows.append((changed(chance, prompt.split(), places).upper(), answer + "."))
        else:
            rows.append((" ".join(chance.choices(WORDS, k=30)), " ".join(chance.choices(WORDS, k=4))))
    index, found = Near(2), []
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        found += index.put([row[0] for row in part], [row[1] for row in part]).tolist()
    alike = {(a, b): min(map(share, rows[a], rows[b])) for a, b in combinations(range(len(rows)), 2)}
    for row, earlier in enumerate(found):
        if earlier >= 0:
            assert alike[earlier, row] > 0.25
        assert earlier >= 0 or not any(alike[other, row] == 1 for other in range(row))


def test_nearly_all_that_is_alike_is_found() -> None:
    chance = random.Random(5)
    words = [chance.choices(WORDS, k=90) for _ in range(300)]
    index = Near(1)
    index.put([" ".join(row) for row in words])
    near = index.put([changed(chance, row, 1) for row in words])
    assert (near == np.arange(300)).mean() > 0.95
    assert (index.put([" ".join(chance.choices(WORDS, k=90)) for _ in range(300)]) < 0).all()


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), max_size=12))
def test_seen_is_a_dictionary(batches: list[list[int]]) -> None:
    seen, plain, number = Seen(), {}, 0
    for batch in batches:
        numbers = np.arange(number, number + len(batch))
        number += len(batch)
        expected = [plain.setdefault(key, int(n)) for key, n in zip(batch, numbers, strict=True)]
        assert seen.put(np.array(batch, np.uint64), numbers).tolist() == expected
