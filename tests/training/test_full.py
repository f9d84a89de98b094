"""Full fine-tuning: every weight moves, the loss falls, and the checkpoint is a model folder of its own."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from studio import models
from studio.jobs.journal import Journal, read
from studio.methods.full import Full
from studio.models import checkpoint, loading
from studio.training import body

QUICK = {"epochs": 6, "learning_rate": 3e-3, "tokens_per_step": 256, "evaluations_per_epoch": 1}


def test_every_weight_moves_and_the_checkpoint_is_a_model(make_job, tiny_model: Path):
    folder, spec = make_job(**QUICK)
    spec = replace(spec, work=replace(spec.work, method="full"))
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tiny_model.iterdir()}
    with Journal(folder) as journal:
        body.run(folder, spec, journal, {})
    events = read(folder / "events.jsonl", since="0").events
    plan = next(e for e in events if e["type"] == "plan")
    checks = [e for e in events if e["type"] == "validation"]
    assert plan["trainable_parameters"] == plan["parameters"] == models.inspect(tiny_model).parameters
    assert min(check["loss"] for check in checks) < checks[0]["loss"] / 2
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tiny_model.iterdir()} == before

    kept = checkpoint.best(folder)
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= {
        p.name for p in kept.iterdir()
    }
    assert not any(str(tiny_model.parent).encode() in p.read_bytes() for p in kept.iterdir())
    info = models.inspect(kept)
    assert (info.architecture, info.has_chat_template) == ("LlamaForCausalLM", True)
    old = dict(loading.load_base(tiny_model, 1).named_parameters())
    new = dict(loading.load_base(kept, 1).named_parameters())
    assert {name for name in old if torch.equal(old[name], new[name])} == set()


def test_half_precision_bases_are_trained_in_single_precision(make_job, tiny_model: Path):
    model = loading.load_base(tiny_model, 1).to(torch.bfloat16)
    built = Full().build(model, None)
    assert {weight.dtype for weight in built.parameters()} == {torch.float32}
    (group,) = Full().groups(built, None)
    assert sum(weight.numel() for weight in group.weights) == pytest.approx(sum(p.numel() for p in built.parameters()))
