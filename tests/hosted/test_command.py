"""`studio hosted` as a user types it; the key comes by standard input alone."""

import io
import json
from dataclasses import dataclass

import pytest

from studio.cli import main
from tests.hosted.jobs import KEY, MODEL, example


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tickets.jsonl"
    rows = ({"messages": [turn.as_dict() for turn in example(n).messages]} for n in range(60))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@dataclass
class Ran:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def studio(home, capsys, monkeypatch):
    """studio(*arguments, said=...) -> what the command printed; its standard input is no terminal."""

    def run(*arguments, said=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        try:
            code = main([*map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        said_back = capsys.readouterr()
        return Ran(code, said_back.out, said_back.err)

    return run


def test_price_order_list_and_delete(home, studio, file, fake):
    there = ("--provider", "other", "--address", fake.address)
    job = (*there, "--model", MODEL, "--price", 3)
    price = studio("hosted", "price", file, *job, "--json")
    assert price.returncode == 0, price.stderr
    found = json.loads(price.stdout)
    assert found["ready"]
    assert found["cost"] == pytest.approx(found["tokens"] * 3e-6)
    asked = studio("hosted", "order", file, *job)
    assert asked.returncode == 2
    assert "Say yes with --pay" in asked.stderr
    cheap = studio("hosted", "order", file, *job, "--pay", 0.0001, said=f"{KEY}\n")
    assert cheap.returncode == 1
    assert fake.world.paid == 0
    ordered = studio("hosted", "order", file, *job, "--pay", 1, "--json", said=f"{KEY}\n")
    assert ordered.returncode == 0, ordered.stderr
    document = json.loads(ordered.stdout)
    assert (document["state"], document["method"]) == ("finished", "hosted")
    assert document["tuned_model"].startswith("ft:")
    assert fake.world.paid == 1
    answer = studio("chat", document["job"], "--prompt", "charged twice", "--json", said=f"{KEY}\n")
    assert json.loads(answer.stdout)["answer"] == '{"category": "billing"}'
    files = json.loads(studio("hosted", "files", *there, "--json", said=f"{KEY}\n").stdout)
    assert len(files) == 2
    assert studio("hosted", "delete", files[0]["id"], *there, said=f"{KEY}\n").returncode == 0
    assert KEY not in "".join(one.stdout + one.stderr for one in (price, asked, cheap, ordered, answer))
    for path in home.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
