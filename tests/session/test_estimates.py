"""Before the start: what it would take is reckoned at once, a try tells the time, and what is too large is said."""

import time
from dataclasses import replace

import pytest

from studio.jobs.launchers import accelerate
from studio.session import planning as module


def placed(session, chat_file, tiny_model, **options):
    project = session.projects.current().id
    dataset = session.datasets.add(project, chat_file, "fruit.jsonl").id
    return (project, dataset), {"model": str(tiny_model), "method": "lora", "options": {"epochs": 2, **options}}


def over(session, run):
    return session.runs.wait(run.id, lambda event: None)


def test_a_rehearsal_belongs_to_its_settings(session, chat_file, tiny_model):
    where, chosen = placed(session, chat_file, tiny_model)
    plan = session.runs.plan(*where, **chosen)
    assert plan.ready
    assert plan.rehearsal is None
    assert 0 < plan.estimate.trainable_parameters < plan.estimate.parameters
    assert plan.estimate.memory_bytes < plan.estimate.free_memory_bytes
    assert plan.search_times > 1
    run = session.runs.rehearse(*where, **chosen)
    assert session.runs.plan(*where, **chosen).ready, "the try itself is not in the way of the start"
    assert over(session, run).state == "finished"
    found = session.runs.plan(*where, **chosen).rehearsed
    assert found["seconds"] > 0
    assert found["trainable_parameters"] == plan.estimate.trainable_parameters
    assert found["memory_bytes"] == pytest.approx(plan.estimate.memory_bytes, rel=0.5)
    assert session.runs.list(where[0], kind="train") == []
    other = {**chosen, "options": {"epochs": 3}}
    assert session.runs.plan(*where, **other).rehearsed is None


def test_a_start_ends_the_rehearsal(session, chat_file, tiny_model):
    where, chosen = placed(session, chat_file, tiny_model)
    session.runs.rehearse(*where, **chosen)
    began = session.runs.start(*where, **chosen)
    assert over(session, began).state == "finished"


def test_a_model_too_large_for_the_machine(session, chat_file, tiny_model, monkeypatch):
    where, chosen = placed(session, chat_file, tiny_model)
    real = module.estimate
    monkeypatch.setattr(module, "estimate", lambda *given: replace(real(*given), free_memory_bytes=10**8))
    plan = session.runs.plan(*where, **chosen)
    assert not plan.ready
    (reason,) = plan.reasons
    assert "of memory, and 0.1 GB are free" in reason
    assert "smaller model" in reason


def test_on_graphics_cards_it_is_reckoned_what_each_would_hold(session, chat_file, tiny_model, monkeypatch):
    where, chosen = placed(session, chat_file, tiny_model)
    alone = session.runs.plan(*where, **chosen).estimate
    assert alone.cards == 0
    monkeypatch.setattr(accelerate, "cards", lambda: 2)
    monkeypatch.setattr(accelerate, "free_bytes", lambda: 80 * 10**9)
    plan = session.runs.plan(*where, **chosen)
    assert plan.ready
    assert (plan.estimate.cards, plan.estimate.free_memory_bytes) == (2, 80 * 10**9)
    assert plan.estimate.memory_bytes <= alone.memory_bytes
    monkeypatch.setattr(accelerate, "free_bytes", lambda: 10**8)
    (reason,) = session.runs.plan(*where, **chosen).reasons
    assert "memory on each of 2 graphics cards, and 0.1 GB are free" in reason


def test_a_search_is_one_run(session, chat_file, tiny_model):
    where, chosen = placed(session, chat_file, tiny_model, learning_rate=1e-2, tokens_per_step=2048)
    run = session.runs.start(*where, **chosen, search=True)
    while not session.runs.get(run.id).state.validations:
        time.sleep(0.05)
    session.runs.stop(run.id)
    state = over(session, run)
    assert state.state == "stopped"
    assert state.result["trials"]
