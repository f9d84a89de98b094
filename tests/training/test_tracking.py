"""What trackers are told of a real training: numbers alone; and what happens when one of them fails."""

import importlib.util
import json
import sys
from dataclasses import replace

import pytest

from studio.jobs.journal import Journal
from studio.training import body

SHORT = {"epochs": 1, "tokens_per_step": 512}


def trained(make_job, trackers, secrets=None):
    for name in trackers:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    folder, spec = make_job(**SHORT)
    spec = replace(spec, work=replace(spec.work, tracking=trackers, tracking_project="fruits"))
    with Journal(folder) as journal:
        body.run(folder, spec, journal, secrets or {})
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert events[-1]["state"] == "finished"
    return folder.parent.parent / "tracking", events


def test_tensorboard_gets_the_curve(make_job):
    place, events = trained(make_job, ["tensorboard"])
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(place / "tensorboard" / "fruits" / "job1")).Reload()
    checks = [event for event in events if event["type"] == "validation"]
    shown = found.Scalars("validation/loss")
    assert [item.step for item in shown] == [event["step"] for event in checks]
    assert [item.value for item in shown] == pytest.approx([event["loss"] for event in checks])
    assert len(found.Scalars("train/loss")) == sum(event["type"] == "step" for event in events)


def test_wandb_without_a_key_stays_on_this_machine(make_job):
    place, _ = trained(make_job, ["wandb"])
    (run,) = (place / "wandb" / "wandb").glob("offline-run-*")
    content = next(run.glob("*.wandb")).read_bytes()
    assert b"validation/loss" in content
    assert b"learning_rate" in content
    assert b"tell me about the" not in content


def test_trackio_keeps_its_numbers_here_and_shows_no_token(make_job, monkeypatch, capfd):
    monkeypatch.setenv("TRACKIO_WRITE_TOKEN", "let-others-write")
    monkeypatch.setenv("TRACKIO_SPACE_ID", "somebody/somewhere")
    place, events = trained(make_job, ["trackio"])
    assert not [event for event in events if event["type"] == "note" and "Trackio" in event["text"]]
    (database,) = (place / "trackio").glob("fruits*.db")
    assert b"validation/loss" in b"".join(path.read_bytes() for path in place.rglob("fruits*"))
    assert database.stat().st_size
    out, err = capfd.readouterr()
    assert "token" not in (out + err + json.dumps(events)).replace("tokens", "").lower()


def test_a_tracker_that_is_missing_or_fails_is_told_once_and_the_training_goes_on(make_job, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    _, events = trained(make_job, ["tensorboard"])
    (note,) = (event["text"] for event in events if event["type"] == "note" and "TensorBoard" in event["text"])
    assert note.startswith("TensorBoard is not installed")
