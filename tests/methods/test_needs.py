"""What a training is said to take of a machine, against peaks that were measured (resident memory of the process, two
real models and four random ones of usual shapes, on a processor with bfloat16)."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio import methods, models
from studio.methods import needs
from studio.methods.base import Layer
from studio.models import weights
from studio.training import body
from tests.training.test_every_method import chats

RECORDS = json.loads((Path(__file__).parent / "memory.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r['method']}, {r['model']}, {r['tokens']} tokens")
def test_memory_is_within_a_fifth_of_what_was_measured(record):
    model = SimpleNamespace(**record)
    # how the weights are spread over layers does not matter to the sum
    layers = (Layer("all of them", 1, record["squeezable"]),)
    found = needs.memory_bytes(
        methods.get(record["method"]),
        model,
        layers,
        needs.Batch(record["tokens"], record["trained_tokens"]),
        record["trainable_parameters"],
        record["precision"],
    )
    assert found == pytest.approx(record["peak_memory_bytes"], rel=0.2)


@pytest.mark.parametrize(
    ("method", "options"),
    [("lora", {}), ("lora", {"targets": "attention only", "rank": 4}), ("lora", {"variant": "DoRA"}), ("full", {})],
)
def test_trained_weights_are_counted_before_they_are_there(tiny_model, method, options):
    info, chosen = models.inspect(tiny_model), methods.get(method)
    values = methods.validate(method, options, info)
    tensors = [tensor for file in weights.weight_files(tiny_model) for tensor in weights.read_tensors(file)]
    layers = [Layer(tensor.name, tensor.shape[1], tensor.shape[0]) for tensor in weights.linear(tensors)]
    ready = body.PREPARE["text"](info, chosen, values, chats(8), chats(8))
    assert chosen.trained(info.parameters, layers, values) == body.weights(ready, info, chosen)[1]
