"""Find the best for me: many short trials, fewer long ones, the best state kept from whichever it comes."""

import threading
import time
from dataclasses import replace

import pytest
from peft import PeftModel

from studio import methods
from studio.errors import JobError
from studio.jobs import control
from studio.jobs import spec as specs
from studio.jobs.journal import Journal, read
from studio.jobs.state import fold
from studio.methods import search
from studio.models import checkpoint, loading
from studio.training import body
from tests.tiny import chat_rows
from tests.training.test_resuming import begin, complete, ended_well, resume, told, weights

QUICK = {"epochs": 4, "learning_rate": 1e-2, "tokens_per_step": 512, "evaluations_per_epoch": 1}


def searching(make_job, **options):
    folder, spec = make_job(rows=chat_rows(24), **QUICK | options)
    return folder, replace(spec, work=replace(spec.work, search=True))


def events_of(folder):
    return read(folder / "events.jsonl", since="0").events


def test_what_is_tried_and_what_it_costs():
    lora = methods.get("lora").options(**QUICK)
    tried = search.candidates(lora)
    assert len(tried) == len({tuple(values.items()) for values in tried}) == 12
    assert {values["learning_rate"] for values in tried} == {3.33e-3, 1e-2, 3e-2}
    assert {(values["rank"], values["alpha"]) for values in tried} == {(8, 16), (32, 64)}
    assert [one.trials for one in search.rounds(12)] == [12, 4, 1]
    full = methods.get("full").options(epochs=9, learning_rate=5e-2)
    assert {values["learning_rate"] for values in search.candidates(full)} == {1.67e-2, 5e-2, 1e-1}
    assert {values["epochs"] for values in search.candidates(full)} == {4, 9, 18}
    # 9 trials of a ninth of their epochs, 3 of a third, one in full
    assert search.price(full) == pytest.approx((3 * (1 + 1 + 2) + 3 * 6 + 18) / 9)


def test_a_whole_search(make_job, tiny_model):
    folder, spec = searching(make_job, rank=4, alpha=8)
    with Journal(folder) as journal:
        body.run(folder, spec, journal, {})
    events = events_of(folder)
    trials = [event for event in events if event["type"] == "trial"]
    checks = [event for event in events if event["type"] == "validation"]
    result = next(event["values"] for event in events if event["type"] == "result")
    plan = next(event for event in events if event["type"] == "plan")
    assert [trial["trial"] for trial in trials] == list(range(1, 18))
    assert trials[-1]["of"] == len(result["trials"]) == 17
    assert sum(trial["steps"] for trial in trials) == result["steps"] <= plan["steps"]
    assert {check["trial"] for check in checks} == set(range(1, 18)), "a curve for each"
    best = min((check for check in checks if check["best"]), key=lambda check: check["loss"])
    assert best["loss"] == min(check["loss"] for check in checks) == result["validation_loss"]
    winner = trials[best["trial"] - 1]
    assert result["options"] == {**winner["values"], "epochs": winner["epochs"]}
    kept = checkpoint.best(folder)
    assert kept.name == f"step-{best['step']:06d}"
    tuned = PeftModel.from_pretrained(loading.load_base(tiny_model, 1), kept)
    assert tuned.peft_config["default"].r == result["options"]["rank"]
    assert [event["state"] for event in events if event["type"] == "state"] == ["running", "finished"]


def result_of(folder):
    return next(event["values"] for event in events_of(folder) if event["type"] == "result")


def test_a_search_that_was_killed_and_paused_goes_on_where_it_stood(make_job):
    few = {"method": "full", "epochs": 1, "learning_rate": 1e-3}
    whole, other = (searching(make_job, **few)[0] for _ in range(2))
    for folder in (whole, other):
        spec = specs.read(folder)
        replace(spec, work=replace(spec.work, search=True)).write(folder)
    complete(whole)

    def until(trial, child):
        while not any(e["type"] == "validation" and e["trial"] == trial for e in events_of(other)):
            assert child.is_alive()
            time.sleep(0.005)

    child = begin(other)
    until(2, child)
    child.kill()
    child.join(30)
    assert fold(events_of(other), None, alive=False).resumable
    resume(other)
    child = begin(other)
    until(6, child)
    control.request(other, "pause")
    ended_well(child)
    assert fold(events_of(other), "pause", alive=False).state == "paused"
    resume(other)
    complete(other)
    assert fold(events_of(other), "resume", alive=False).state == "finished"
    assert [e["trial"] for e in events_of(other) if e["type"] == "trial"] == list(range(1, 10)), "each is begun once"
    for name in ("options", "trials", "steps", "tokens", "best_step", "validation_loss"):
        assert result_of(other)[name] == result_of(whole)[name]
    assert told(other) == told(whole)
    assert weights(other) == weights(whole)
    assert not (other / "search.json").exists()


def test_a_search_that_is_stopped_keeps_the_best_so_far(make_job):
    folder, spec = searching(make_job, epochs=60)
    journal = Journal(folder)
    worker = threading.Thread(target=body.run, args=(folder, spec, journal, {}))
    worker.start()
    while worker.is_alive() and sum(event["type"] == "trial" for event in events_of(folder)) < 2:
        time.sleep(0.05)
    control.request(folder, "stop")
    worker.join(timeout=120)
    journal.close()
    result = next(event["values"] for event in events_of(folder) if event["type"] == "result")
    assert result["state"] == "stopped"
    assert len(result["trials"]) == 2
    assert result["best_step"] in {kept.step for kept in checkpoint.kept(folder)}


def test_trials_that_diverge_are_given_up_and_the_search_goes_on(make_job, monkeypatch):
    monkeypatch.setattr(search, "HIGHEST_RATE", 1e38)
    monkeypatch.setattr(search, "RATES", (1.0, 1e37))
    folder, spec = searching(make_job, epochs=3)
    with Journal(folder) as journal:
        body.run(folder, spec, journal, {})
    result = next(event["values"] for event in events_of(folder) if event["type"] == "result")
    assert any(trial["loss"] is None for trial in result["trials"])
    assert result["options"]["learning_rate"] == 1e-2
    assert any("given up" in event["text"] for event in events_of(folder) if event["type"] == "note")


def test_nothing_can_be_trained(make_job, monkeypatch):
    monkeypatch.setattr(search, "HIGHEST_RATE", 1e38)
    monkeypatch.setattr(search, "RATES", (1e37,))
    folder, spec = searching(make_job, epochs=3)
    with Journal(folder) as journal, pytest.raises(JobError, match="None of the values"):
        body.run(folder, spec, journal, {})
