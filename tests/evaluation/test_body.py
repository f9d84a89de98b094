"""The whole evaluation job on the tiny model: base and a really trained adapter on the test rows of a real split."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio import data, models
from studio.data.values import Example, Message
from studio.errors import DataError, JobError
from studio.evaluation import body, scorecard
from studio.jobs import control, journal
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Source, Spec
from studio.models import checkpoint
from tests.tiny import chat_rows


@pytest.fixture
def make_job(tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path) -> Callable[[int], tuple[Path, Spec]]:
    def make(count: int) -> tuple[Path, Spec]:
        original = tmp_path / "rows.jsonl"
        original.write_text("".join(json.dumps(row) + "\n" for row in chat_rows(count)), encoding="utf-8")
        stored = tmp_path / "dataset"
        stored.mkdir()
        data.import_file(original, stored, "rows.jsonl", 10**8)
        rows = stored / "rows.parquet"
        split = data.save_split(data.make_split(data.load_examples(rows)), stored)
        work = Evaluate(
            data=Source(str(rows), data.fingerprint(rows)),
            split=Source(str(split), data.fingerprint(split)),
            model=Source(str(tiny_model), models.inspect(tiny_model).fingerprint),
            model_name="tiny",
            checkpoint=Source(str(tuned_checkpoint), checkpoint.fingerprint(tuned_checkpoint)),
            train_job="train-1",
            rows_seen=count,
            threads=1,
        )
        folder = tmp_path / "job"
        folder.mkdir()
        return folder, Spec("evaluate-1", "evaluate", "Evaluation", "2026-01-01T00:00:00Z", work)

    return make


def events(folder: Path) -> list[dict]:
    return journal.read(folder / journal.FILE).events


def test_the_whole_job(make_job: Callable[[int], tuple[Path, Spec]]) -> None:
    folder, spec = make_job(120)
    with Journal(folder) as log:
        body.run(folder, spec, log, {})
    card = scorecard.load(folder)
    assert card is not None
    split = data.load_split(Path(spec.work.split.path))
    assert [row.row for row in card.details] == list(split.test)
    base, tuned = card.candidates
    assert (base.name, tuned.name) == ("base", "tuned")
    assert tuned.metrics["loss"] < base.metrics["loss"] / 2
    assert {"loss", "exact_match", "json_valid", "fields", "field.kind"} <= set(tuned.metrics)
    assert tuned.metrics["exact_match"] > base.metrics["exact_match"] == 0
    low, high = tuned.intervals["exact_match"]
    assert low <= tuned.metrics["exact_match"] <= high
    assert card.verdict == "better"
    assert len(card.in_group("got better")) == card.comparison["matches"]["gained"]
    assert sum(len(card.in_group(group)) for group in scorecard.GROUPS) == card.rows == len(split.test)
    told = events(folder)
    assert told[-1]["state"] == "finished"
    progress = [event for event in told if event["type"] == "progress"]
    assert progress[-1]["done"] == progress[-1]["total"] == 4 * card.rows
    assert progress[-1]["seconds_left"] == 0
    result = next(event["values"] for event in told if event["type"] == "result")
    assert json.loads(json.dumps(card.result())) == result
    assert {"job", "rows", "candidates", "verdict", "sentence"} <= set(result)


def test_too_few_rows_cannot_tell(make_job: Callable[[int], tuple[Path, Spec]]) -> None:
    folder, spec = make_job(20)
    with Journal(folder) as log:
        body.run(folder, spec, log, {})
    card = scorecard.load(folder)
    assert card is not None
    assert card.verdict == "cannot tell"
    assert card.rows == 2, "the validation rows are shown"
    assert "20 usable rows" in card.sentence
    assert events(folder)[-1]["state"] == "finished"


def test_every_row_of_another_file_is_judged_without_a_split(make_job: Callable[[int], tuple[Path, Spec]]) -> None:
    folder, spec = make_job(44)
    with Journal(folder) as log:
        body.run(folder, replace(spec, work=replace(spec.work, split=None)), log, {})
    card = scorecard.load(folder)
    assert card is not None
    assert (card.rows, card.split) == (44, "")


def test_a_stop_request_ends_it_without_a_verdict(make_job: Callable[[int], tuple[Path, Spec]]) -> None:
    folder, spec = make_job(60)
    control.request(folder, "stop")
    with Journal(folder) as log:
        body.run(folder, spec, log, {})
    assert events(folder)[-1]["state"] == "stopped"
    assert scorecard.load(folder) is None


def test_changed_inputs_are_refused(make_job: Callable[[int], tuple[Path, Spec]]) -> None:
    folder, spec = make_job(60)
    other = replace(spec.work, checkpoint=replace(spec.work.checkpoint, fingerprint="0"))
    with Journal(folder) as log:
        with pytest.raises(JobError, match="checkpoint"):
            body.run(folder, replace(spec, work=other), log, {})
        Path(spec.work.data.path).write_bytes(b"changed")
        with pytest.raises(DataError, match="changed or removed"):
            body.run(folder, spec, log, {})


def test_only_the_last_answer_is_scored_and_long_rows_are_cut_at_their_start(tiny_model: Path) -> None:
    from studio.evaluation.losses import last_answer
    from studio.models import loading

    tokenizer = loading.load_tokenizer(tiny_model)
    turns = (
        Message("user", "plum " * 60),
        Message("assistant", "first"),
        Message("user", "and"),
        Message("assistant", "last", 0),
    )
    row = last_answer(tokenizer, Example(1, turns), 256)
    target = [token for token, trained in zip(row.ids, row.trained, strict=True) if trained]
    assert tokenizer.decode(target) == "last<|end|>"
    short = last_answer(tokenizer, Example(1, turns), 12)
    assert (len(short.ids), short.ids) == (12, row.ids[-12:])


def test_a_damaged_scorecard_is_told(tmp_path: Path) -> None:
    assert scorecard.load(tmp_path) is None
    (tmp_path / scorecard.CARD).write_text('{"v": 1}')
    with pytest.raises(JobError, match="cannot be read"):
        scorecard.load(tmp_path)
