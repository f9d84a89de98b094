"""A training job from its spec to its last word, on the tiny model, for real."""

import hashlib
import json
import math
import threading
import time
from pathlib import Path

import pytest
import torch
from peft import PeftModel

from studio import data
from studio.errors import DataError, JobError, ModelError, OptionError
from studio.jobs import control
from studio.jobs import spec as specs
from studio.jobs.journal import Journal, read
from studio.methods.lora import Lora, LoraOptions
from studio.models import checkpoint, loading
from studio.models.template import encode
from studio.training import body
from tests.tiny import chat_rows, make_tiny_model

QUICK = {"epochs": 8, "learning_rate": 2e-2, "tokens_per_step": 256, "evaluations_per_epoch": 1}


def train(folder: Path, spec: specs.Spec) -> list[dict]:
    with Journal(folder) as journal:
        body.run(folder, spec, journal, {})
    return read(folder / "events.jsonl", since="0").events


def of(events: list[dict], kind: str) -> list[dict]:
    return [event for event in events if event["type"] == kind]


def plain_loss(model, tokenizer, examples) -> float:
    """Loss per trained token by transformers' own forward, one unpadded row at a time."""
    total, count = 0.0, 0
    for example in examples:
        row = encode(tokenizer, example.messages)
        labels = torch.tensor([[i if t else -100 for i, t in zip(row.ids, row.trained, strict=True)]])
        with torch.inference_mode():
            loss = model(input_ids=torch.tensor([row.ids]), labels=labels).loss
        wanted = int((labels[:, 1:] != -100).sum())
        total, count = total + loss.double().item() * wanted, count + wanted
    return total / count


def held_out(spec: specs.Spec) -> list:
    examples = data.load_examples(Path(spec.work.data.path))
    return [examples[row] for row in data.load_split(Path(spec.work.split.path)).validation]


def test_a_whole_training(make_job, tiny_model):
    folder, spec = make_job(**QUICK)
    before = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tiny_model.iterdir()}
    events = train(folder, spec)

    said = of(events, "answers")
    assert [len(event["answers"]) for event in said] == [3] * len(said)
    first, last = said[0], said[-1]
    assert (first["step"], last["step"]) == (0, of(events, "step")[-1]["step"])
    assert [one["wanted"] for one in first["answers"]] == [row.answer for row in held_out(spec)[:3]]
    assert [one["said"] for one in first["answers"]] != [one["said"] for one in last["answers"]]
    plan, steps, result = of(events, "plan")[0], of(events, "step"), of(events, "result")[0]["values"]
    assert (plan["rows"], plan["validation_rows"], plan["cut"], plan["epochs"]) == (44, 8, 0, 8)
    assert [event["state"] for event in of(events, "state")] == ["running", "finished"]
    assert steps[0]["step"] == 1
    assert steps[-1]["step"] == plan["steps"] == plan["steps_per_epoch"] * 8 == result["steps"]
    assert steps[-1]["tokens"] == plan["tokens"] == result["tokens"]
    assert steps[-1]["loss"] < steps[0]["loss"] / 2
    assert steps[-1]["seconds_left"] >= 0
    assert all(step["memory_bytes"] > 0 for step in steps)

    checks = of(events, "validation")
    assert [check["step"] for check in checks] == [plan["steps_per_epoch"] * n for n in range(9)]
    best = min(checks[1:], key=lambda check: check["loss"])
    assert (result["best_step"], result["validation_loss"]) == (best["step"], best["loss"])
    assert best["loss"] < checks[0]["loss"] / 2
    assert {kept.step for kept in checkpoint.kept(folder)} == {best["step"], plan["steps"]}
    assert checkpoint.best(folder).name == f"step-{best['step']:06d}"
    assert set(result) == {
        *("job", "state", "method", "model", "parameters", "trainable_parameters", "steps", "tokens", "seconds"),
        *("tokens_per_second", "peak_memory_bytes", "best_step", "validation_loss"),
    }
    assert {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tiny_model.iterdir()} == before

    tokenizer, rows = loading.load_tokenizer(tiny_model), held_out(spec)
    base = loading.load_base(tiny_model, 1)
    assert plain_loss(base, tokenizer, rows) == pytest.approx(checks[0]["loss"], rel=2e-3)
    tuned = PeftModel.from_pretrained(base, checkpoint.best(folder)).eval()
    assert plain_loss(tuned, tokenizer, rows) == pytest.approx(best["loss"], rel=2e-2)


def test_a_checkpoint_tells_nothing_of_this_machine(make_job, tiny_model):
    folder, spec = make_job(**QUICK | {"epochs": 1})
    train(folder, spec)
    place = checkpoint.best(folder)
    assert {p.name for p in place.iterdir()} == {"adapter_config.json", "adapter_model.safetensors", "manifest.json"}
    text = (place / "adapter_config.json").read_text(encoding="utf-8")
    assert json.loads(text)["base_model_name_or_path"] == "tiny"
    assert str(tiny_model.parent) not in text


def test_only_the_lora_weights_move(make_job, tiny_model):
    folder, spec = make_job(**QUICK)
    info, training, validation = body.verified(spec.work)
    options = body.methods.validate("lora", spec.work.options, info)
    ready = body.written(info, Lora(), options, training, validation)
    model = ready.lesson.model
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    with Journal(folder) as journal:
        body.looped(folder, journal, ready, Lora(), options).run()
    moved = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert moved == {name for name in before if "lora_" in name}
    assert len(moved) == 2 * 7 * 2


def test_the_same_seed_gives_the_same_run(make_job):
    runs = [train(*make_job(**QUICK | {"epochs": 2, "dropout": 0.1})) for _ in range(2)]
    losses = [[event["loss"] for event in of(run, "validation")] for run in runs]
    assert losses[0] == losses[1]


def test_stop_keeps_what_was_reached(make_job):
    folder, spec = make_job(**QUICK | {"epochs": 100, "evaluations_per_epoch": 1})
    journal = Journal(folder)
    worker = threading.Thread(target=body.run, args=(folder, spec, journal, {}))
    worker.start()
    while worker.is_alive() and not of(read(folder / "events.jsonl").events, "step"):
        time.sleep(0.02)
    control.request(folder, "stop")
    worker.join(timeout=120)
    journal.close()
    events = read(folder / "events.jsonl", since="0").events
    result = of(events, "result")[0]["values"]
    assert [event["state"] for event in of(events, "state")] == ["running", "stopping", "stopped"]
    assert 0 < result["steps"] < of(events, "plan")[0]["steps"]
    assert result["state"] == "stopped"
    assert result["steps"] in {kept.step for kept in checkpoint.kept(folder)}
    PeftModel.from_pretrained(loading.load_base(Path(spec.work.model.path), 1), checkpoint.best(folder))


def test_stop_before_the_first_step(make_job):
    folder, spec = make_job(**QUICK)
    control.request(folder, "stop")
    events = train(folder, spec)
    assert of(events, "result")[0]["values"]["steps"] == 0
    assert "nothing was trained" in of(events, "note")[-1]["text"]
    assert checkpoint.kept(folder) == []


def test_a_loss_that_is_no_number_ends_the_run_in_words(make_job, tmp_path):
    from safetensors.torch import load_file, save_file

    broken = make_tiny_model(tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"][0] = math.nan
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(JobError, match="not a number"):
        train(*make_job(model=broken, **QUICK))


def test_divergence_keeps_the_checkpoints_made_before(make_job):
    folder, spec = make_job(**QUICK | {"epochs": 1})
    train(folder, spec)
    kept = checkpoint.best(folder)
    info, training, validation = body.verified(spec.work)
    # steps so large that single precision overflows: the bounds of the options are far below
    options = LoraOptions.model_construct(**LoraOptions(**QUICK).model_dump() | {"learning_rate": 1e36})
    ready = body.written(info, Lora(), options, training, validation)
    with Journal(folder) as journal, pytest.raises(JobError, match="no longer a number") as caught:
        body.looped(folder, journal, ready, Lora(), options).run()
    assert "learning rate" in caught.value.remedy
    assert checkpoint.best(folder) == kept


def test_long_rows_are_cut_and_said(make_job):
    rows = chat_rows(40)
    rows[3]["messages"][0]["content"] = "long " * 400
    rows[4]["messages"][1]["content"] = "long " * 400
    events = train(*make_job(rows=rows, **QUICK | {"epochs": 1, "max_length": 64}))
    notes = " ".join(event["text"] for event in of(events, "note"))
    assert "longer than 64 tokens lost the start of the prompt" in notes
    assert "longer than 64 tokens lost the end of the answer" in notes


@pytest.mark.parametrize("what", ["data", "split", "model"])
def test_what_was_changed_since_is_refused(make_job, tmp_path, what):
    folder, spec = make_job(model=make_tiny_model(tmp_path / "own"))
    path = Path(getattr(spec.work, what).path)
    path = path / "config.json" if path.is_dir() else path
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises((DataError, ModelError), match="changed"):
        train(folder, spec)


def test_wrong_options_end_before_anything_starts(make_job):
    folder, spec = make_job(max_length=100_000)
    with pytest.raises(OptionError, match="reads at most 256"):
        train(folder, spec)
    assert read(folder / "events.jsonl").events == []


def test_nothing_to_learn_is_said(make_job):
    rows = chat_rows(20)
    for row in rows:
        row["messages"][1]["weight"] = 0
        row["messages"] += [{"role": "user", "content": "and"}, {"role": "assistant", "content": "so", "weight": 0}]
    with pytest.raises(DataError):
        train(*make_job(rows=rows))
