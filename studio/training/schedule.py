"""The learning rate over the steps: a linear rise, then the chosen fall. Pure."""

import math


def rate_factor(step: int, steps: int, warmup: float, schedule: str) -> float:
    """What the learning rate is multiplied with in `step` (from 1 to `steps`); warmup is a share of the steps.

    The fall ends just above zero, so that the last step still teaches.
    """
    rise = round(warmup * steps)
    if step <= rise:
        return step / (rise + 1)
    left = 1 - (step - rise - 1) / max(1, steps - rise)
    if schedule == "linear":
        return left
    return 0.5 * (1 - math.cos(math.pi * left)) if schedule == "cosine" else 1.0
