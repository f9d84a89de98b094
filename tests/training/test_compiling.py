"""Compiled layers: tried where it may pay, kept where it is quicker, the same loss and gradients, and a way back."""

from collections.abc import Iterator

import pytest
import torch

from studio import methods
from studio.training import body, compiling
from studio.training.compiling import LEAST_SECONDS, TIMED, UNCOUNTED, Compiling
from studio.training.stepping import Stepper


@pytest.fixture(autouse=True)
def stance() -> Iterator[None]:
    yield
    torch.compiler.set_stance("default")


def test_it_is_tried_by_one_process_on_a_card_alone():
    assert compiling.suits("cuda", 1, installed=True)
    assert not compiling.suits("cpu", 1, installed=True)
    assert not compiling.suits("cuda", 2, installed=True)
    assert not compiling.suits("cuda", 1, installed=False)
    assert not compiling.here("cpu", 1)


@pytest.mark.parametrize(("faster", "kept"), [(1.25, True), (0.8, False)])
def test_what_is_quicker_is_kept(faster, kept):
    told = []
    tried = Compiling(torch.nn.Module(), True, 10**5, told.append)
    seconds = LEAST_SECONDS / 10**4
    for number in range(UNCOUNTED["as it is"] + TIMED):
        assert not tried.on
        tried.took(1000, seconds, number + 1)
    assert tried.on
    for _ in range(UNCOUNTED["compiled"]):
        tried.took(1000, 60.0, 100)
    for _ in range(TIMED):
        tried.took(1000, seconds / faster, 100)
    assert tried.on == kept
    assert [text.endswith("25% quicker.") for text in told] == ([True] if kept else [])


def test_a_short_run_is_not_compiled():
    tried = Compiling(torch.nn.Module(), True, 1000, print)
    for number in range(1000):
        tried.took(1000, 0.1 * LEAST_SECONDS / 1000, number + 1)
        assert not tried.on


@pytest.fixture
def stepper(make_job) -> Stepper:
    _, spec = make_job(epochs=1, learning_rate=1e-3)
    info, training, validation = body.verified(spec.work)
    lora = methods.get("lora")
    options = methods.validate("lora", spec.work.options, info)
    ready = body.PREPARE["text"](info, lora, options, training, validation)
    made = Stepper(ready.lesson, lora.groups(ready.lesson.model, options), options)
    made.rows = ready.rows
    return made


def losses(stepper: Stepper) -> list[float]:
    """Of steps of other shapes, with a check between them."""
    before = [weight.detach().clone() for weight in stepper._weights]
    found = [stepper.step(stepper.rows[:6], 1e-3, 1), stepper.check([stepper.rows[:5]], 1, 9.0).loss]
    found += [stepper.step(stepper.rows[6:9], 1e-3, 2), stepper.step(stepper.rows[9:19], 1e-3, 3)]
    with torch.no_grad():
        for weight, old in zip(stepper._weights, before, strict=True):
            weight.copy_(old)
    stepper.optimizer.state.clear()
    return found


def test_the_same_is_learned_and_a_step_that_fails_is_taken_as_before(stepper, monkeypatch):
    as_it_is = losses(stepper)
    told, passes = [], []

    def compiler(graph: torch.fx.GraphModule, inputs: list) -> object:
        passes.append(graph)
        return graph

    monkeypatch.setattr(compiling, "COMPILER", compiler)
    stepper._compiling = Compiling(stepper._lesson.model, True, 3, told.append)
    stepper._compiling._compile()
    assert losses(stepper) == pytest.approx(as_it_is, rel=1e-5)
    assert passes, "the layers were compiled"

    def broken(*_: object) -> None:
        raise RuntimeError("no compiler")

    monkeypatch.setattr(compiling, "COMPILER", broken)
    stepper._compiling._compile()
    assert losses(stepper) == pytest.approx(as_it_is, rel=1e-5)
    assert told == ["The layers cannot be compiled for this card, so they are computed as before."]
    assert not stepper._compiling.on
