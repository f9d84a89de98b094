"""`studio apply` in a real process."""

import csv
from pathlib import Path

from tests.cli.conftest import Trained
from tests.evaluation.server import Server


def test_a_table_comes_back_with_answers(trained: Trained, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text("id,text\n1,what is a plum\n2,what is a saw\n", encoding="utf-8")
    done = trained.studio("apply", trained.job, table, "--out", tmp_path / "out.csv", "--json")
    assert done.code == 0, done.err
    document = done.json()
    assert (document["rows"], document["answered"], document["state"]) == (2, 2, "finished")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == ["1", "2"]
    assert all(set(row) == {"id", "text", "answer"} for row in rows)
    refused = trained.studio("apply", trained.job, table, "--column", "nothing")
    assert (refused.code, refused.out) == (1, "")
    assert "Choose one of: id, text." in refused.err


def test_a_model_elsewhere_answers_after_the_price_was_said(trained: Trained, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text("text\nwhat is a plum\nwhat is a saw\n", encoding="utf-8")
    elsewhere = Server(lambda text: f"heard: {text}")
    try:
        asked = (
            "apply",
            trained.job,
            table,
            "--who",
            "remote",
            "--address",
            elsewhere.address,
            "--out",
            tmp_path / "out.csv",
        )
        unnamed = trained.studio(*asked, stdin="sk-CANARY\n")
        assert (unnamed.code, elsewhere.asked) == (2, [])
        priced = (*asked, "--model", "big-model", "--prices", "2", "8")
        done = trained.studio(*priced, stdin="sk-CANARY\n")
        assert done.code == 0, done.err
    finally:
        elsewhere.close()
    assert "tokens read" in done.out + done.err
    assert sorted(elsewhere.asked) == ["what is a plum", "what is a saw"]
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["answer"] for row in rows] == ["heard: what is a plum", "heard: what is a saw"]
    assert not any(b"sk-CANARY" in path.read_bytes() for path in trained.studio.home.rglob("*") if path.is_file())
