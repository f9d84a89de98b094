"""How long a training takes, reckoned from sizes and how quickly this machine multiplies, before anything is loaded.

The shape of the formula is what training does: products with every weight for each token, forward and back, the
optimiser's pass over the trained weights at each step, and what each layer costs however small the step. The constants
were fitted to measured steps on two processor cores, so what comes out is 'about'; a try of some steps knows better.
"""

from dataclasses import dataclass

from studio.methods.base import Layer, Method
from studio.methods.needs import Base

SHARE = 0.35
"""Of the rate of one large matrix product that a whole step reaches."""
LAYER_SECONDS = 2.5e-3
"""Of a layer in a step, forward and back, beside its products."""
OPTIMISER = 1.2e-9
"""Seconds for each trained weight in a step."""
FOUR_BITS = 1.6
"""Times as long with a base model that is held in 4 bits (measured on a model of 135 million weights)."""
LOADING = 8.0
"""Seconds until the first step: libraries, model, rows."""
SINGLE, WIDENED = 2.0, 1.0
FORWARD = 2
"""Operations for each weight and token: a product and a sum."""


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
    method: Method, model: Base, layers: tuple[Layer, ...], course: Course, trained: int, operations: float
) -> float:
    """Of the whole training. layers: linear ones of the blocks; trained: weights that move; operations: a second, of a
    large matrix product in single precision."""
    linear = sum(layer.inputs * layer.outputs for layer in layers)
    passes = READ[method.teaches] if method.keeps == "adapter" else WHOLE
    words = 0 if method.teaches == "labels" else model.hidden_size * model.vocabulary
    read = FORWARD * (linear * course.tokens + words * course.trained)
    added = FORWARD * WHOLE * trained * course.tokens if method.keeps == "adapter" else 0
    slower = FOUR_BITS if method.holds == "in 4 bits" else 1.0
    epoch = slower * (passes * read + added) / (operations * SHARE)
    epoch += course.steps * (model.layers * LAYER_SECONDS + trained * OPTIMISER)
    check = FORWARD * linear * course.held / (operations * SHARE)
    return LOADING + course.epochs * epoch + course.checks * check


WHOLE = 3
"""Passes over the weights where all of them learn: forward, and back for what they read and for themselves."""
READ = {"text": 2, "labels": 2, "preferences": 6}
"""The same for a frozen model; of a pair both answers are read, and once more without the addition."""
