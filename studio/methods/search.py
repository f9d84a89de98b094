"""Find the best for me: which values are tried, for how long, and what that costs. Successive halving (Jamieson and
Talwalkar 2016, arXiv 1502.07943): many trials are short, the best of them are tried again for longer, the last in full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from studio.methods.lora import AdditionOptions
from studio.methods.training_options import TrainingOptions

RATES = (1 / 3, 1.0, 3.0)
LENGTHS = (0.5, 1.0, 2.0)
RANKS = (0.5, 2.0)
"""What learning rate, epochs and LoRA rank are multiplied with; with a rank, the shortest length is left out."""
PART = 3
"""One in so many goes on to the next round, and is trained so many times as long."""
HIGHEST_RATE = 1e-1


@dataclass(frozen=True)
class Round:
    """trials: how many take part. share: of their epochs that they are trained for."""

    trials: int
    share: float


def candidates(options: TrainingOptions) -> list[dict[str, Any]]:
    """The values to try in place of those in `options`, each a learning rate, epochs, and a rank where there is one."""
    found = []
    has_rank = isinstance(options, AdditionOptions)
    lengths = LENGTHS[1:] if has_rank else LENGTHS
    for rate, length, rank in product(RATES, lengths, RANKS if has_rank else (1.0,)):
        values: dict[str, Any] = {
            "learning_rate": float(f"{min(HIGHEST_RATE, options.learning_rate * rate):.3g}"),
            "epochs": min(100, max(1, round(options.epochs * length))),
        }
        if isinstance(options, AdditionOptions):
            values["rank"] = max(1, min(256, round(options.rank * rank)))
            # the addition keeps its strength when its rank changes
            values["alpha"] = max(1, min(512, round(options.alpha * values["rank"] / options.rank)))
        if values not in found:
            found.append(values)
    return found


def rounds(tried: int) -> list[Round]:
    """From many short trials to one in full."""
    first = Round(tried, 1 / PART**2)
    second = Round(-(-tried // PART), 1 / PART)
    return [first, second, Round(1, 1.0)]


def epochs(values: Mapping[str, Any], share: float) -> int:
    """For how many epochs a trial of these values is trained in a round."""
    return max(1, round(values["epochs"] * share))


def price(options: TrainingOptions) -> float:
    """The most that the search takes, in times of one training with these options."""
    return sum(longest(candidates(options))) / options.epochs


def longest(tried: Sequence[Mapping[str, Any]]) -> list[int]:
    """Epochs of each trial of all rounds, when those with the most epochs go on."""
    ordered = sorted(tried, key=lambda values: -values["epochs"])
    return [epochs(values, one.share) for one in rounds(len(tried)) for values in ordered[: one.trials]]
