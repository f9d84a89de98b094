"""Text classification on tiny models: weights move, loss falls, labels of rows never seen are told."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from studio import methods, models
from studio.data.values import Example
from studio.errors import DataError
from studio.jobs.journal import Journal, read
from studio.models import checkpoint, classifying, loading
from studio.models import labels as labelling
from studio.training import body, labels
from tests.tiny_encoder import labelled, make_tiny_encoder, one, tagged

QUICK = {"epochs": 20, "learning_rate": 1e-3, "word_dropout": 0.0, "patience": 0}


def train(folder: Path, base: Path, rows: list[Example], held: list[Example], **options) -> list[dict]:
    info, method = models.inspect(base), methods.get("classifier")
    chosen = methods.validate("classifier", {**QUICK, **options}, info)
    ready = labels.told(info, method, chosen, rows, held)
    before = {name: weight.detach().clone() for name, weight in ready.lesson.model.named_parameters()}
    folder.mkdir(exist_ok=True)
    with Journal(folder) as journal:
        loop = body.looped(folder, journal, ready, method, chosen)
        journal.append(body.planned(loop, ready, info, method))
        loop.run()
    still = {name for name, weight in ready.lesson.model.named_parameters() if torch.equal(weight, before[name])}
    assert still == set(), "every weight is trained"
    return read(folder / "events.jsonl", since="0").events


def checks(events: list[dict]) -> list[dict]:
    return [event for event in events if event["type"] == "validation"]


def test_an_encoder_learns_a_separable_set(tmp_path, tiny_encoder):
    rows = labelled(80)
    events = train(tmp_path / "job", tiny_encoder, rows[:60], rows[60:])
    found = checks(events)
    assert [event["step"] for event in found] == [events[0]["steps_per_epoch"] * n for n in range(21)]
    assert (found[0]["right"], found[0]["of"]) == (10, 20), "before the first step: the most frequent label"
    assert found[0]["loss"] == pytest.approx(math.log(2), abs=0.01)
    best = min(found, key=lambda event: event["loss"])
    assert best["right"] > 0.85 * 20
    assert best["macro_f1"] > 0.85
    assert best["loss"] < found[0]["loss"] / 2
    kept = checkpoint.best(tmp_path / "job")
    assert kept.name == f"step-{best['step']:06d}"
    assert {"config.json", "model.safetensors", "labels.json", "vocab.txt"} <= {path.name for path in kept.iterdir()}
    told = labelling.read(kept)
    assert told == labelling.Labels(("fruit", "tool"), (30, 30), several=False, rows=60)
    network = classifying.load_tuned(kept)
    assert network.config.id2label == {0: "fruit", 1: "tool"}


def test_texts_with_several_labels(tmp_path, tiny_encoder):
    rows = tagged(80)
    events = train(tmp_path / "job", tiny_encoder, rows[:64], rows[:64], epochs=40)
    best = min(checks(events), key=lambda event: event["loss"])
    assert best["right"] > 0.85 * 64
    kept = checkpoint.best(tmp_path / "job")
    told = labelling.read(kept)
    assert (told.names, told.several) == (("fruit", "long", "tool"), True)
    assert classifying.load_tuned(kept).config.problem_type == "multi_label_classification"


def test_a_model_that_writes_can_tell_labels_too(tmp_path, tiny_model):
    rows = labelled(80)
    events = train(tmp_path / "job", tiny_model, rows[:60], rows[60:], learning_rate=3e-3)
    best = min(checks(events), key=lambda event: event["loss"])
    assert best["right"] > 0.85 * 20
    assert classifying.load_tuned(checkpoint.best(tmp_path / "job")).config.architectures == [
        "LlamaForSequenceClassification"
    ]


def test_other_heads_and_a_vocabulary_alone_will_do(tmp_path):
    folder = make_tiny_encoder(tmp_path / "masked", "BertForMaskedLM")
    (folder / "tokenizer.json").unlink()
    rows = labelled(40)
    assert checks(train(tmp_path / "job", folder, rows[:30], rows[30:], epochs=2))


def test_rare_labels_can_count_more(tiny_encoder):
    info = models.inspect(tiny_encoder)
    rows = [example for example in labelled(80) if example.labels == ("tool",)] + labelled(80)[1:8:2]
    options = methods.validate("classifier", {"class_weights": "balanced"}, info)
    lesson = labels.told(info, methods.get("classifier"), options, rows, rows).lesson
    plain = labels.told(
        info, methods.get("classifier"), options.model_copy(update={"class_weights": "none"}), rows, rows
    )
    rare = [row for row in plain.rows if row.labels == (0,)]
    with torch.no_grad():
        assert lesson.loss(rare) == pytest.approx(plain.lesson.loss(rare).item() * 44 / (2 * 4), rel=1e-4)


def test_lower_layers_can_learn_more_slowly(tiny_encoder):
    info, method = models.inspect(tiny_encoder), methods.get("classifier")
    options = methods.validate("classifier", {"layer_decay": 0.5}, info)
    model = labels.told(info, method, options, labelled(20), labelled(20)).lesson.model
    scale = {id(weight): group.scale for group in method.groups(model, options) for weight in group.weights}
    scales = {name: scale[id(weight)] for name, weight in model.named_parameters()}
    assert scales["classifier.weight"] == scales["bert.pooler.dense.weight"] == 1.0
    assert scales["bert.encoder.layer.1.output.dense.weight"] == 1.0
    assert scales["bert.encoder.layer.0.output.dense.weight"] == 0.5
    assert scales["bert.embeddings.word_embeddings.weight"] == 0.25


def test_the_layers_between_words_and_labels_can_learn_more_slowly(tiny_encoder):
    info, method = models.inspect(tiny_encoder), methods.get("classifier")
    options = methods.validate("classifier", {"layers_rate": 0.01}, info)
    model = labels.told(info, method, options, labelled(20), labelled(20)).lesson.model
    scale = {id(weight): group.scale for group in method.groups(model, options) for weight in group.weights}
    quick = {name for name, weight in model.named_parameters() if scale[id(weight)] == 1.0}
    assert quick == {"classifier.weight", "classifier.bias", "bert.embeddings.word_embeddings.weight"}
    assert {scale[id(weight)] for name, weight in model.named_parameters() if name not in quick} == {0.01}


def test_long_texts_are_cut_and_labels_without_training_rows_are_said(tiny_encoder):
    info = models.inspect(tiny_encoder)
    rows = [*labelled(20), one(21, "plum " * 100, "fruit")]
    ready = labels.told(
        info, methods.get("classifier"), methods.validate("classifier", {}, info), rows, [one(22, "a cloud", "weather")]
    )
    assert (ready.cut, max(len(row.ids) for row in ready.rows)) == (1, 64)
    assert "1 example longer than 64 tokens lost the end of the text." in ready.notes
    assert any("weather" in note for note in ready.notes)


def test_nothing_to_tell_apart_is_said(tiny_encoder):
    info, method = models.inspect(tiny_encoder), methods.get("classifier")
    options = methods.validate("classifier", {}, info)
    alike = [example for example in labelled(40) if example.labels == ("fruit",)]
    with pytest.raises(DataError, match="fewer than two labels"):
        labels.told(info, method, options, alike, alike)
    bare = [replace(example, labels=()) for example in labelled(10)]
    with pytest.raises(DataError, match="None of the validation examples has a label"):
        labels.told(info, method, options, labelled(10), bare)


def test_the_tokenizer_lies_beside_the_weights(classifier_checkpoint, tiny_encoder):
    text = "my plum is on the table"
    beside, original = loading.load_tokenizer(classifier_checkpoint), loading.load_tokenizer(tiny_encoder)
    assert beside(text)["input_ids"] == original(text)["input_ids"]
