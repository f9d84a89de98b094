"""A rehearsal tells what a training will take and what the model sees, and keeps nothing of it."""

from dataclasses import replace

import pytest

from studio.errors import DataError
from studio.jobs.journal import Journal, read
from studio.models import checkpoint
from studio.training import rehearsal
from tests.tiny import chat_rows


def rehearse(make_job, method: str = "lora", **given) -> tuple[dict, list[dict]]:
    folder, spec = make_job(**given)
    spec = replace(spec, kind="rehearse", work=replace(spec.work, method=method))
    with Journal(folder) as journal:
        rehearsal.run(folder, spec, journal, {})
    assert checkpoint.kept(folder) == []
    events = read(folder / "events.jsonl", since="0").events
    return next(event["values"] for event in events if event["type"] == "result"), events


@pytest.mark.parametrize("method", ["lora", "full"])
def test_what_a_training_takes(make_job, method):
    found, events = rehearse(make_job, method, epochs=3)
    assert events[-1]["state"] == "finished"
    assert (found["rows"], found["cut"]) == (44, 0)
    assert found["steps"] % 3 == 0
    assert found["seconds"] > 0
    assert found["memory_bytes"] > 10**8
    weights = found["trainable_parameters"]
    assert (weights == found["parameters"]) == (method == "full")
    # best, last and the one being written, each with single-precision weights
    assert 3 * 4 * weights < found["disk_bytes"] < 3 * 4 * weights + 3 * 400_000


def test_the_first_batch_is_shown_as_the_model_sees_it(make_job):
    rows = chat_rows(40)
    for row in rows:
        row["messages"][0]["content"] = "first " * 60 + row["messages"][0]["content"]
    found, _ = rehearse(make_job, rows=rows, max_length=48)
    for (text,) in found["batch"]:
        how = [mark for _, mark in text]
        assert how == ["cut", "read", "learned"]
        assert text[0][0].startswith("<|user|>first")
        assert text[2][0].startswith('{"kind": "')
        assert text[2][0].endswith("<|end|>")


def test_what_keeps_a_training_from_starting_is_said_in_the_rehearsal(make_job):
    with pytest.raises(DataError, match="worse answer"):
        rehearse(make_job, "preference")
