"""A model as the judge, asked over a real server on loopback: both orders, ties, what it costs."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request

from studio.evaluation import judge
from studio.evaluation.said import Kept
from studio.evaluation.scorecard import Row
from studio.evaluation.ticker import Ticker
from studio.jobs.journal import Journal

Say = Callable[[str, str], str]


class Server:
    """Speaks chat completions; `say` gets both answers and gives the judge's word."""

    def __init__(self, say: Say) -> None:
        self.asked: list[str] = []
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def chat(request: Request) -> dict[str, Any]:
            text = (await request.json())["messages"][-1]["content"]
            self.asked.append(text)
            first, second = re.search(r"Answer A:\n(.*)\n\nAnswer B:\n(.*)\n\nSay", text, re.DOTALL).groups()
            message = {"role": "assistant", "content": say(first, second)}
            usage = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}
            head = {"id": "x", "created": 1, "model": "judge", "object": "chat.completion"}
            return head | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}

        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/v1"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def serving() -> Iterator[Callable[[Say], Server]]:
    made: list[Server] = []

    def make(say: Say) -> Server:
        made.append(Server(say))
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


def test_a_judge_that_always_prefers_the_first_has_no_opinion(serving: Callable[[Say], Server], tmp_path: Path) -> None:
    found, values = judged(serving(lambda first, second: "A"), rows(8), tmp_path)
    assert (found.wins, found.losses, found.ties, found.swayed) == (0, 0, 8, 8)
    assert set(values) == {0.5}
    assert found.p == 1.0


def test_a_judge_that_reads_prefers_the_same_answer_in_both_orders(
    serving: Callable[[Say], Server], tmp_path: Path
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
    serving: Callable[[Say], Server], tmp_path: Path
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
