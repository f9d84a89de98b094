"""What a training would take of this machine, reckoned from sizes before it starts. How long exactly is for a rehearsal
to tell."""

import functools
import importlib.util
import shutil
import time
from pathlib import Path

import numpy as np

from studio.data import Statistics
from studio.jobs.launchers import accelerate
from studio.methods import needs, pace
from studio.methods.base import Layer, Method, Options
from studio.methods.needs import Batch
from studio.methods.training_options import TrainingOptions, WritingOptions
from studio.models import ModelInfo, weights
from studio.session.device import free_memory_bytes
from studio.session.values import Estimate

SMALL = 200_000_000
"""Weights; a frozen model of up to so many is held in single precision (see models.loading)."""
CHARACTERS = 4
"""In a token of English, about, where the tokens are not counted."""
TEMPLATE = 12
"""Tokens around the turns of an example."""
LEAST_STEPS = 8
"""In an epoch, so that few rows make small steps."""
FREE_SHARE = 0.95
SIDE = 512
"""Of the matrices that the machine's rate is measured with: done in milliseconds, so that the best of some is quicker
than other programs can disturb it."""


def estimate(
    method: Method, model: ModelInfo, options: Options, numbers: Statistics, rows: tuple[int, int], home: Path
) -> Estimate:
    """For so many training and validation rows out of those that the numbers are of."""
    assert isinstance(options, TrainingOptions)
    layers = _layers(model.path, model.fingerprint)
    trained = method.trained(model.parameters, layers, options)
    precision = 4 if model.parameters <= SMALL or not _bfloat16() else 2
    batch = _largest(method, model, options, numbers, rows[0])
    course = _course(method, model, options, numbers, rows)
    longest = _longest(model, options, numbers)
    memory, free, cards = _memory(method, model, layers, batch, longest, trained, precision)
    return Estimate(
        memory_bytes=memory,
        disk_bytes=needs.disk_bytes(trained),
        seconds=pace.seconds(method, model, layers, course, trained, operations(), _half(method, model)),
        parameters=model.parameters,
        trainable_parameters=trained,
        free_memory_bytes=free,
        free_disk_bytes=shutil.disk_usage(home).free,
        cards=cards,
    )


def _memory(
    method: Method,
    model: ModelInfo,
    layers: tuple[Layer, ...],
    batch: Batch,
    longest: int,
    trained: int,
    precision: int,
) -> tuple[int, int, int]:
    """Bytes it would take, bytes that are free, and of how many graphics cards (0: of a processor's memory). On cards
    what the training would spare there is reckoned with. longest: tokens of a row."""
    free = accelerate.free_bytes()
    if free is None:
        taken = needs.memory_bytes(method, model, layers, batch, trained, precision)
        return taken, free_memory_bytes(), 0
    cards = accelerate.cards()
    tokens = needs.of_a_card(batch.tokens, longest, cards)
    share = Batch(tokens, batch.trained * tokens // max(1, batch.tokens))
    reckoned = functools.partial(needs.memory_bytes, method, model, layers, share, trained, needs.HALF)
    spared = needs.first_that_fits(reckoned, free, _has_eight_bits(), cards if method.holds == "as it is" else 1)
    return reckoned(spared), free, cards


def _has_eight_bits() -> bool:
    return importlib.util.find_spec("bitsandbytes") is not None


def in_the_way(found: Estimate, model: str) -> list[str]:
    """Why there is no room for it, in sentences."""
    reasons = []
    if found.memory_bytes > found.free_memory_bytes * FREE_SHARE:
        reasons.append(
            f"Training {model} this way takes about {_gigabytes(found.memory_bytes)} of {_whose(found)}, and "
            f"{_gigabytes(found.free_memory_bytes)} are free. Choose a smaller model, LoRA or QLoRA, fewer tokens per "
            "step, or shorter examples."
        )
    if found.disk_bytes > found.free_disk_bytes:
        reasons.append(
            f"Its checkpoints take about {_gigabytes(found.disk_bytes)} of the disk, and "
            f"{_gigabytes(found.free_disk_bytes)} are free. Free some space, or choose LoRA."
        )
    return reasons


def _whose(found: Estimate) -> str:
    if not found.cards:
        return "memory"
    return "the memory of a graphics card" if found.cards == 1 else f"memory on each of {found.cards} graphics cards"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _half(method: Method, model: ModelInfo) -> bool:
    """Whether the frozen model is held in bfloat16 while an addition learns (see models.loading.precision)."""
    return _bfloat16() and (model.parameters > SMALL or method.teaches == "text")


def _course(
    method: Method, model: ModelInfo, options: TrainingOptions, numbers: Statistics, rows: tuple[int, int]
) -> pace.Course:
    """What will be read: by the mean length of a row."""
    length = min(row_tokens(numbers), options.max_length or model.context)
    tokens = length * rows[0]
    steps = max(min(LEAST_STEPS, rows[0]), tokens / options.tokens_per_step)
    share = _answered(method, options, numbers)
    checks = options.epochs * options.evaluations_per_epoch + 1
    return pace.Course(tokens, tokens * share, steps, options.epochs, length * rows[1], checks)


def row_tokens(numbers: Statistics) -> float:
    """Tokens of a row, with those of the template."""
    if numbers.tokens:
        return numbers.tokens / max(1, numbers.rows) + TEMPLATE
    return (numbers.prompt_median + numbers.answer_median) / CHARACTERS + TEMPLATE


def _answered(method: Method, options: TrainingOptions, numbers: Statistics) -> float:
    """The share of the tokens that is learned."""
    if isinstance(options, WritingOptions) and options.learn_from == "everything":
        return 1
    characters = numbers.prompt_median + numbers.answer_median
    return numbers.answer_median / max(1, characters) if method.teaches == "text" else 0.5


@functools.cache
def operations() -> float:
    """A second, that this machine reaches in one large matrix product in single precision; the best of a few."""
    matrix = np.ones((SIDE, SIDE), np.float32)
    best = 0.0
    for _ in range(20):
        began = time.perf_counter()
        matrix @ matrix
        best = max(best, 2 * SIDE**3 / (time.perf_counter() - began))
    return best


def _largest(method: Method, model: ModelInfo, options: TrainingOptions, numbers: Statistics, rows: int) -> Batch:
    """The largest step that these rows make: filled to the budget, or the longest example by itself."""
    longest = _longest(model, options, numbers)
    tokens = max(longest, min(options.tokens_per_step, row_tokens(numbers) * rows / LEAST_STEPS))
    return Batch(int(tokens), int(tokens * _answered(method, options, numbers)))


@functools.lru_cache(maxsize=64)
def _layers(path: str, fingerprint: str) -> tuple[Layer, ...]:
    """fingerprint: part of the key alone, so that a model that was changed is read again."""
    tensors = [tensor for file in weights.weight_files(Path(path)) for tensor in weights.read_tensors(file)]
    return tuple(Layer(tensor.name, tensor.shape[1], tensor.shape[0]) for tensor in weights.linear(tensors))


@functools.cache
def _bfloat16() -> bool:
    """Whether the processor computes in bfloat16 by itself, as far as the system tells (Linux)."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in text or "amx_bf16" in text


def _longest(model: ModelInfo, options: TrainingOptions, numbers: Statistics) -> int:
    """Tokens of the longest row, as far as it is read."""
    per = 1 if numbers.lengths.unit == "tokens" else CHARACTERS
    return int(min(numbers.lengths.edges[-1] / per + TEMPLATE, options.max_length or model.context))
