"""`studio apply` in a real process."""

import csv
from pathlib import Path

from tests.cli.conftest import Trained


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
