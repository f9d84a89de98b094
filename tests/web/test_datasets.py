"""Rows over HTTP: in any shape, those left out, and never another owner's."""

import json
from collections.abc import Iterator

import httpx
import pytest

from studio.session import Session
from studio.settings import load
from tests.serving import Served, serve


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str, str]]:
    """The page, with a data set of the person at the desk and one of somebody else."""
    home = tmp_path_factory.mktemp("home")
    file = home / "rows.jsonl"
    rows = [{"prompt": f"=What is {n}?", "completion": f"It is {n}."} for n in range(5)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n", encoding="utf-8")
    with Session(load(home=home)) as mine, Session(load(home=home), "somebody else") as theirs:
        one = mine.datasets.add(mine.projects.current().id, file).id
        other = theirs.datasets.add(theirs.projects.current().id, file).id
    with serve(home) as running:
        yield running, one, other


def test_rows_come_in_the_shape_and_kind_that_is_asked_for(served: tuple[Served, str, str]) -> None:
    running, mine, _ = served
    address = f"{running.address}/api/datasets/{mine}/rows"
    chats = httpx.get(address, params={"shape": "chat"})
    assert (chats.status_code, chats.headers["content-type"]) == (200, "application/jsonl")
    assert 'filename="rows-v1-chat.jsonl"' in chats.headers["content-disposition"]
    assert json.loads(chats.text.splitlines()[0])["messages"][1]["content"] == "It is 0."
    table = httpx.get(address, params={"as": "csv"})
    assert table.text.splitlines()[1].startswith("'=What"), "no cell is a formula"
    left = httpx.get(f"{running.address}/api/datasets/{mine}/left-out.jsonl")
    assert [json.loads(line)["line"] for line in left.text.splitlines()] == [6]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"shape": "preference"}, 409),
        ({"shape": "poem"}, 409),
        ({"as": "exe"}, 409),
        ({"as": "../../x"}, 409),
        ({"shape": "../chat"}, 409),
    ],
)
def test_what_cannot_be_written_is_told(served: tuple[Served, str, str], query: dict[str, str], status: int) -> None:
    running, mine, _ = served
    answer = httpx.get(f"{running.address}/api/datasets/{mine}/rows", params=query)
    assert answer.status_code == status
    assert answer.json()["happened"]
    assert answer.json()["remedy"]


def test_another_owners_rows_are_not_found(served: tuple[Served, str, str]) -> None:
    running, _, theirs = served
    for path in ("rows", "left-out.jsonl"):
        assert httpx.get(f"{running.address}/api/datasets/{theirs}/{path}").status_code == 404
        assert httpx.get(f"{running.address}/api/datasets/..%2f..%2fetc/{path}").status_code == 404
