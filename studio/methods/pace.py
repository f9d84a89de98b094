"""How long a training takes, reckoned from sizes and how quickly this machine multiplies, before anything is loaded.

The shape of the formula is what training does: products with every weight for each token, forward and back, the
optimiser's pass over the trained weights at each step, and what each layer costs however small the step. The constants
were fitted to measured steps (a test holds them), so what comes out is 'about'; a try of some steps knows better.
"""

from dataclasses import dataclass

from studio.methods.base import Layer, Method
from studio.methods.needs import Base

SHARE = 0.7
"""Of the rate of one large matrix product in single precision that the products of a step reach."""
HALF = 0.4
"""Times as long where a frozen base model is held in bfloat16 and the processor computes in it."""
FOUR_BITS = 1.5
"""Times as long with a base model that is held in 4 bits."""
LAYER_SECONDS = {"model": 2.5e-3, "adapter": 8e-3}
"""Of a layer in a step, beside its products; an addition is many small ones."""
OPTIMISER_SECONDS = 2e-9
"""Of each trained weight in a step."""
LOADING_SECONDS = 8.0
"""Until the first step: libraries, model, rows."""
FORWARD = 2
"""Operations for each weight and token: a product and a sum."""
WHOLE = 3
"""Passes over the weights where all of them learn: forward, and back for what they read and for themselves."""
FROZEN = {"text": 2, "labels": 2, "preferences": 6}
"""The same for a frozen model; of a pair both answers are read, and once more without the addition."""


@dataclass(frozen=True)
class Course:
    """What is read. tokens, trained: of the rows, once; steps: in an epoch; held: tokens of the validation rows;
    checks: in all."""

    tokens: float
    trained: float
    steps: float
    epochs: int
    held: float
    checks: int


def seconds(
    method: Method, model: Base, layers: tuple[Layer, ...], course: Course, trained: int, operations: float, half: bool
) -> float:
    """Of the whole training. layers: linear ones of the blocks; trained: weights that move; operations: a second, of a
    large matrix product in single precision; half: whether frozen weights are held in bfloat16."""
    linear = sum(layer.inputs * layer.outputs for layer in layers)
    words = 0 if method.teaches == "labels" else model.hidden_size * model.vocabulary
    read = FORWARD * (linear * course.tokens + words * course.trained)
    if method.keeps == "model":
        products = WHOLE * read
    else:
        held = FOUR_BITS if method.holds == "in 4 bits" else HALF if half else 1.0
        products = held * FROZEN[method.teaches] * read + FORWARD * WHOLE * trained * course.tokens
    step = model.layers * LAYER_SECONDS[method.keeps] + trained * OPTIMISER_SECONDS
    epoch = products / (operations * SHARE) + course.steps * step
    check = FORWARD * linear * course.held / (operations * SHARE)
    return LOADING_SECONDS + course.epochs * epoch + course.checks * check
