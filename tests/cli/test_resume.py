"""An evaluation and an application that were killed in mid-work go on with `studio resume`, and ask no row twice."""

import csv
import json
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from studio.errors import JobError
from studio.evaluation.said import FILE
from studio.jobs import process
from studio.session import Session
from studio.session.values import Run
from studio.settings import load
from tests.cli.conftest import Trained
from tests.tiny import chat_rows

ROWS = 240


def killed(session: Session, run: Run) -> list[tuple[str, int]]:
    """Kills the job once it has kept answers; what it had kept, as (mark, row)."""
    deadline = time.monotonic() + 120
    while len(kept(run)) < ROWS // 4:
        assert time.monotonic() < deadline
        assert session.runs.get(run.id).state.state in ("waiting", "preparing", "running")
        time.sleep(0.02)
    identity = process.read(run.folder)
    assert identity is not None
    os.kill(identity.pid, signal.SIGKILL)
    state = session.runs.wait(run.id, lambda event: None)
    assert (state.state, state.resumable) == ("interrupted", True)
    assert "What was answered is kept, and it can go on" in state.sentence
    return kept(run)


def kept(run: Run) -> list[tuple[str, int]]:
    path = run.folder / FILE
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    return [(one["mark"], one["row"]) for line in lines[:-1] if (one := whole(line))]


def whole(line: str) -> dict | None:
    """The entry of a line; None for one that a kill has torn."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_a_killed_evaluation_goes_on(trained: Trained, tmp_path: Path) -> None:
    rows = tmp_path / "more.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(ROWS)), encoding="utf-8")
    with Session(load(home=trained.studio.home)) as session:
        run = session.evaluations.start(trained.job, rows)
        before = killed(session, run)
        done = trained.studio("resume", run.id, "--json")
        assert done.code == 0, done.err
        assert (done.json()["rows"], done.json()["state"]) == (ROWS, "finished")
        assert session.evaluations.scorecard(run.id) is not None
        assert set(before) < set(kept(run))
        assert max(Counter(kept(run)).values()) == 1
        with pytest.raises(JobError, match="cannot go on"):
            session.runs.resume(run.id)


def test_a_killed_application_goes_on(trained: Trained, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text("text\n" + "".join(f"what is a plum number {n}\n" for n in range(ROWS)), encoding="utf-8")
    with Session(load(home=trained.studio.home)) as session:
        run = session.applications.start(trained.job, table)
        before = killed(session, run)
        done = trained.studio("resume", run.id, "--json")
        assert done.code == 0, done.err
        assert (done.json()["answered"], done.json()["state"]) == (ROWS, "finished")
        assert set(before) < set(kept(run))
        assert max(Counter(kept(run)).values()) == 1
    with Path(done.json()["file"]).open(encoding="utf-8-sig", newline="") as file:
        assert sum(bool(row["answer"]) for row in csv.DictReader(file)) == ROWS
