"""How long a step is said to take, against steps that were measured: processor seconds of one core with bfloat16,
beside the rate of a matrix product of 1,024 rows at the same time."""

from types import SimpleNamespace

import pytest

from studio import methods
from studio.methods import pace
from studio.methods.base import Layer

STARTER = SimpleNamespace(layers=6, hidden_size=256, vocabulary=8192, linear=4_816_896)
ENCODER = SimpleNamespace(layers=2, hidden_size=384, vocabulary=9590, linear=3_538_944)
MIDDLE = SimpleNamespace(layers=8, hidden_size=512, vocabulary=8192, linear=25_296_896)
LARGE = SimpleNamespace(layers=12, hidden_size=768, vocabulary=8192, linear=84_934_656)
STEPS = [
    ("full", STARTER, 6_917_376, 436, 0.218, 121e9),
    ("lora", STARTER, 473_088, 436, 0.127, 119e9),
    ("qlora", STARTER, 473_088, 436, 0.241, 120e9),
    ("classifier", ENCODER, 7_577_472, 227, 0.084, 113e9),
    ("full", MIDDLE, 29_499_904, 436, 0.927, 119e9),
    ("lora", MIDDLE, 1_249_280, 436, 0.304, 128e9),
    ("lora", LARGE, 2_801_664, 418, 0.770, 124e9),
    ("qlora", LARGE, 2_801_664, 418, 2.870, 127e9),
]
"""method, model, trained weights, tokens of a step, its seconds, operations a second."""


@pytest.mark.parametrize(("method", "model", "trained", "tokens", "measured", "rate"), STEPS)
def test_a_step_takes_about_what_was_measured(method, model, trained, tokens, measured, rate):
    course = pace.Course(tokens, tokens / 3, steps=1, epochs=1, held=0, checks=0)
    layers = (Layer("all of them", 1, model.linear),)
    found = pace.seconds(methods.get(method), model, layers, course, trained, rate, half=True)
    assert found - pace.LOADING_SECONDS == pytest.approx(measured, rel=0.25)
