"""What a training would take of this machine, reckoned from sizes before it starts. Time is for a rehearsal to tell."""

import functools
import shutil
from pathlib import Path

from studio.data import Statistics
from studio.methods import needs
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


def estimate(
    method: Method, model: ModelInfo, options: Options, numbers: Statistics, rows: int, home: Path
) -> Estimate:
    """For `rows` training rows out of those that the numbers are of."""
    assert isinstance(options, TrainingOptions)
    layers = _layers(model.path, model.fingerprint)
    trained = method.trained(model.parameters, layers, options)
    precision = 4 if model.parameters <= SMALL or not _bfloat16() else 2
    batch = _largest(method, model, options, numbers, rows)
    return Estimate(
        memory_bytes=needs.memory_bytes(method, model, layers, batch, trained, precision),
        disk_bytes=needs.disk_bytes(trained),
        parameters=model.parameters,
        trainable_parameters=trained,
        free_memory_bytes=free_memory_bytes(),
        free_disk_bytes=shutil.disk_usage(home).free,
    )


def in_the_way(found: Estimate, model: str) -> list[str]:
    """Why there is no room for it, in sentences."""
    reasons = []
    if found.memory_bytes > found.free_memory_bytes * FREE_SHARE:
        reasons.append(
            f"Training {model} this way takes about {_gigabytes(found.memory_bytes)} of memory, and "
            f"{_gigabytes(found.free_memory_bytes)} are free. Choose a smaller model, LoRA or QLoRA, fewer tokens per "
            "step, or shorter examples."
        )
    if found.disk_bytes > found.free_disk_bytes:
        reasons.append(
            f"Its checkpoints take about {_gigabytes(found.disk_bytes)} of the disk, and "
            f"{_gigabytes(found.free_disk_bytes)} are free. Free some space, or choose LoRA."
        )
    return reasons


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _largest(method: Method, model: ModelInfo, options: TrainingOptions, numbers: Statistics, rows: int) -> Batch:
    """The largest step that these rows make: filled to the budget, or the longest example by itself."""
    per = 1 if numbers.lengths.unit == "tokens" else CHARACTERS
    characters = numbers.prompt_median + numbers.answer_median
    usual = characters / CHARACTERS + TEMPLATE
    whole = numbers.tokens / max(1, numbers.rows) + TEMPLATE if numbers.tokens else usual
    longest = min(numbers.lengths.edges[-1] / per + TEMPLATE, options.max_length or model.context)
    tokens = max(longest, min(options.tokens_per_step, whole * rows / LEAST_STEPS))
    share = numbers.answer_median / max(1, characters) if method.teaches == "text" else 0.5
    everything = isinstance(options, WritingOptions) and options.learn_from == "everything"
    return Batch(int(tokens), int(tokens * (1 if everything else share)))


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
