"""Evaluation jobs on the tiny model, made from rows in memory."""

import json
from pathlib import Path
from typing import Any

from studio import data, models
from studio.evaluation import body, entrants, scorecard
from studio.evaluation.scorecard import Scorecard
from studio.jobs import journal
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Source, Spec
from studio.models import checkpoint


def stored(rows: list[dict], folder: Path) -> Path:
    """The rows as a data set; the path of rows.parquet."""
    folder.mkdir(parents=True)
    original = folder / "given.jsonl"
    original.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    data.import_file(original, folder, "rows.jsonl", 10**8)
    return folder / "rows.parquet"


def source(path: Path) -> Source:
    return Source(str(path), data.fingerprint(path))


def work(rows: Path, model: Path, tuned: Path, *, split: bool = True, **more: Any) -> Evaluate:
    """Base and tuned model on the test rows (or, without a split, on every row)."""
    examples = data.load_examples(rows)
    divided = data.save_split(data.make_split(examples), rows.parent)
    return Evaluate(
        data=source(rows),
        split=source(divided) if split else None,
        model=Source(str(model), models.inspect(model).fingerprint),
        model_name="tiny",
        checkpoint=Source(str(tuned), checkpoint.fingerprint(tuned)),
        train_job="train-1",
        rows_seen=len(examples),
        threads=1,
        learned=[source(rows), source(divided)],
        **more,
    )


def run(folder: Path, what: Evaluate, secrets: dict[str, str] | None = None) -> Scorecard | None:
    """Does the job in `folder`; its scorecard."""
    folder.mkdir(exist_ok=True)
    spec = Spec("evaluate-1", "evaluate", "Evaluation", "2026-01-01T00:00:00Z", what)
    with Journal(folder) as log:
        body.run(folder, spec, log, secrets or {})
    return scorecard.load(folder)


def rivals() -> list[dict[str, Any]]:
    return [one.as_json() for one in entrants.rivals()]


def progress(folder: Path) -> list[str]:
    """What the job said it was doing, in order."""
    events = journal.read(folder / journal.FILE).events
    return [event["what"] for event in events if event["type"] == "progress"]
