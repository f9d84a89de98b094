"""Two real processes learn what one does, each with a copy of the model or with a part of it; parts write what the
ordinary loader reads, and go on after a pause or a loss, in parts or alone."""

import os
import signal

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from studio.jobs import control
from studio.jobs.state import fold
from studio.models import checkpoint, classifying, loading
from tests.tiny import chat_rows
from tests.training.test_resuming import LONG, complete, events, rows_of, until
from tests.training.together import SHORT, ended_well, held_by, same_curve

NOTHING_FREE = 1
"""Bytes: no way of training fits, so that all that can be spared is spared."""


def best_weights(folder):
    path = checkpoint.best(folder)
    checkpoint.verify(path)
    return {name: tensor for file in path.glob("*.safetensors") for name, tensor in load_file(file).items()}


def assert_same_weights(folder, whole, within):
    here, there = best_weights(folder), best_weights(whole)
    assert here.keys() == there.keys()
    for name, tensor in here.items():
        torch.testing.assert_close(tensor, there[name], rtol=0, atol=within)


def divided(folder):
    """How often that is told."""
    return sum("divided over the 2 cards" in event.get("text", "") for event in events(folder))


def answers(folder):
    return [[one["said"] for one in event["answers"]] for event in events(folder) if event["type"] == "answers"]


def load(folder, base, method):
    path = checkpoint.best(folder)
    if method == "classifier":
        return classifying.load_tuned(path)
    if method == "full":
        return loading.load_base(path, 1)
    return PeftModel.from_pretrained(loading.load_base(base, 1), path)


@pytest.mark.parametrize("method", ["lora", "full", "classifier", "preference"])
def test_every_method_learns_the_same(make_job, begin_two, tiny_model, tiny_encoder, method):
    base = tiny_encoder if method == "classifier" else tiny_model
    # what is left out at random differs between the processes
    options = SHORT | ({"word_dropout": 0.0} if method == "classifier" else {})
    whole, copies, parts = (make_job(rows_of(method), base, method, **options)[0] for _ in range(3))
    complete(whole)
    half = method == "lora"
    if not half:
        # copies of a LoRA are what accelerate starts in test_team.py
        ended_well(begin_two(copies))
    ended_well(begin_two(parts, NOTHING_FREE))
    for folder in (parts,) if half else (copies, parts):
        same_curve(folder, whole, 1e-2 if half else 1e-4)
        assert_same_weights(folder, whole, 5e-2 if half else 1e-3)
    model = load(parts, base, method)
    held = [int(held_by(parts, number).read_text()) for number in (0, 1)]
    if method == "full":
        assert sum(held) == sum(weight.numel() for weight in model.parameters())
    assert max(held) < 0.55 * sum(held), "each holds about half of the weights"
    assert divided(parts) == 1
    if method == "full":
        assert answers(parts) == answers(whole)
    assert bool(answers(parts)) == (method in ("lora", "full"))


def test_a_base_in_4_bits_stays_a_copy_on_each_and_that_is_said(make_job, begin_two):
    whole, folder = (make_job(chat_rows(60), method="qlora", **SHORT)[0] for _ in range(2))
    complete(whole)
    ended_well(begin_two(folder, NOTHING_FREE))
    same_curve(folder, whole, 2e-2)
    assert divided(folder) == 0
    assert not held_by(folder, 0).exists()
    assert any("each of them holds a whole copy" in event.get("text", "") for event in events(folder))


def test_parts_go_on_after_a_loss_and_a_pause_in_parts_and_alone(make_job, begin_two, tiny_model):
    whole, folder = (
        make_job(chat_rows(60), tiny_model, "full", **LONG | {"learning_rate": 1e-3, "epochs": 10})[0] for _ in range(2)
    )
    complete(whole)
    first, second = begin_two(folder, NOTHING_FREE)
    until(folder, 20, first)
    os.kill(second.pid, signal.SIGKILL)
    first.join(60)
    assert first.exitcode == 1
    state = fold(events(folder), None, alive=False)
    assert (state.state, state.resumable) == ("failed", True)
    assert state.sentence.startswith("One of the 2 processes of this training ended.")
    for kept in checkpoint.kept(folder):
        checkpoint.verify(kept.path)

    control.request(folder, "resume")
    first, second = begin_two(folder, NOTHING_FREE)
    until(folder, 40, first)
    control.request(folder, "pause")
    ended_well([first, second])
    assert fold(events(folder), "pause", alive=False).state == "paused"

    control.request(folder, "resume")
    complete(folder)
    assert fold(events(folder), "resume", alive=False).state == "finished"
    assert divided(folder) == 1, "it is told once"
    same_curve(folder, whole, 1e-3)
    assert_same_weights(folder, whole, 5e-3)
