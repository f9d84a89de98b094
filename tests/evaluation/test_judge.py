"""A model as the judge, asked over a real server on loopback: both orders, ties, what it costs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.evaluation import judge
from studio.evaluation.said import Kept
from studio.evaluation.scorecard import Row
from studio.evaluation.ticker import Ticker
from studio.jobs.journal import Journal
from tests.evaluation.server import Say, Server

Prefer = Callable[[str, str], str]


def reader(prefer: Prefer) -> Say:
    """What a judge says that gets both answers."""

    def say(text: str) -> str:
        found = re.search(r"Answer A:\n(.*)\n\nAnswer B:\n(.*)\n\nSay", text, re.DOTALL)
        assert found, text
        return prefer(*found.groups())

    return say


@pytest.fixture
def serving() -> Iterator[Callable[[Prefer], Server]]:
    made: list[Server] = []

    def make(prefer: Prefer) -> Server:
        made.append(Server(reader(prefer)))
        return made[-1]

    yield make
    for server in made:
        server.close()


def rows(count: int, tuned: str = "right {}", base: str = "wrong {}") -> list[Row]:
    asked = ({"role": "user", "content": "ask"},)
    return [
        Row(
            n,
            n + 1,
            asked,
            f"right {n}",
            {"base": base.format(n), "tuned": tuned.format(n)},
            {},
            {"base": False, "tuned": False},
        )
        for n in range(count)
    ]


def judged(server: Server, given: list[Row], folder: Path) -> tuple[judge.Judged, list[float]]:
    told = {
        "provider": "other",
        "address": server.address,
        "private": True,
        "more": {},
        "model": "judge",
        "secret": "judge",
        "price": [1.0, 10.0],
        "rubric": "",
    }
    with Journal(folder) as journal:
        ticker = Ticker(folder, journal, 2 * len(given))
        return judge.judged(told, given, {"judge": "sk-x"}, Kept(folder), ticker, "mark")


def test_a_judge_that_always_prefers_the_first_has_no_opinion(
    serving: Callable[[Prefer], Server], tmp_path: Path
) -> None:
    found, values = judged(serving(lambda first, second: "A"), rows(8), tmp_path)
    assert (found.wins, found.losses, found.ties, found.swayed) == (0, 0, 8, 8)
    assert set(values) == {0.5}
    assert found.p == 1.0


def test_a_judge_that_reads_prefers_the_same_answer_in_both_orders(
    serving: Callable[[Prefer], Server], tmp_path: Path
) -> None:
    server = serving(lambda first, second: "A" if first.startswith("right") else "**B**")
    found, values = judged(server, rows(8), tmp_path)
    assert (found.wins, found.losses, found.swayed) == (8, 0, 0)
    assert values == [1.0] * 8
    assert found.p < 0.05
    assert found.cost == pytest.approx(16 * (100 * 1.0 + 1 * 10.0) / 1e6)
    assert len(server.asked) == 16
    assert judge.RUBRIC in server.asked[0]
    again, _ = judged(server, rows(8), tmp_path)
    assert again.wins == 8
    assert len(server.asked) == 16, "what was said is kept"


def test_the_same_answers_are_not_asked_and_nonsense_is_no_opinion(
    serving: Callable[[Prefer], Server], tmp_path: Path
) -> None:
    server = serving(lambda first, second: "Hm, hard to say.")
    found, _ = judged(server, [*rows(3), *rows(3, "same", "same ")], tmp_path)
    assert len(server.asked) == 6
    assert (found.ties, found.unread) == (6, 3)


def test_the_price_is_known_before() -> None:
    used = judge.tokens([("question", "wanted", "one", "other")] * 10, judge.RUBRIC)
    assert used.output == 2 * 10 * judge.ROOM
    assert 2 * 10 * 50 < used.input < 2 * 10 * 250
    assert judge.word(" A.") == "A"
    assert judge.word("Tie") == "T"
    assert judge.word("?") == ""
