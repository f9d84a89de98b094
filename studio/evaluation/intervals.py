"""95 % intervals: Wilson's for shares of rows, the bootstrap's for means over rows. Paired tests live in compare.py."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 17

Interval = tuple[float, float]


def wilson(successes: int, rows: int) -> Interval:
    """The score interval of a proportion (Wilson 1927): good also for few rows and for shares near 0 and 1.

    (0, 1) when there are no rows: nothing is known then.
    """
    if rows == 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    share = successes / rows
    centre = share + z * z / (2 * rows)
    spread = z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    scale = 1 + z * z / rows
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == rows else (centre + spread) / scale
    return (low, high)


def bootstrap_mean(values: Sequence[float]) -> Interval:
    """The percentile bootstrap interval of a mean (Efron 1979), seeded, widened for few rows.

    The plain percentile interval is too narrow below some 40 rows; its tails are moved outwards as in Hesterberg,
    "What Teachers Should Know About the Bootstrap" (2015, arXiv 1411.5279, section 5.3). A single row gives itself.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        raise ValueError("the mean of no rows has no interval")
    if sample.size == 1:
        return (float(sample[0]), float(sample[0]))
    generator = np.random.default_rng(SEED)
    means = sample[generator.integers(0, sample.size, size=(RESAMPLES, sample.size))].mean(axis=1)
    outer = tail(sample.size)
    low, high = np.quantile(means, [outer, 1 - outer])
    return (float(low), float(high))


def bootstrap_macro_f1(wanted: Sequence[Sequence[str]], told: Sequence[Sequence[str]]) -> Interval:
    """The percentile bootstrap interval of the mean F1 over labels, seeded; rows are drawn, labels told come along.

    A draw without a label leaves that label out of its mean, as the mean itself does.
    """
    names = {name: place for place, name in enumerate(sorted({one for row in (*wanted, *told) for one in row}))}
    has, said = (np.zeros((len(wanted), len(names))) for _ in range(2))
    for matrix, rows in ((has, wanted), (said, told)):
        for number, row in enumerate(rows):
            matrix[number, [names[one] for one in row]] = 1.0
    generator = np.random.default_rng(SEED)
    draws = generator.multinomial(len(wanted), np.full(len(wanted), 1 / len(wanted)), size=RESAMPLES)
    right, seen = draws @ (has * said), draws @ (has + said)
    f1 = np.divide(2 * right, seen, out=np.zeros_like(seen), where=seen > 0)
    scores = f1.sum(axis=1) / np.maximum(1, (seen > 0).sum(axis=1))
    outer = tail(len(wanted))
    low, high = np.quantile(scores, [outer, 1 - outer])
    return (float(low), float(high))


def tail(rows: int) -> float:
    """The share of bootstrap draws to leave out at each end: less than 2.5 % with few rows, one half with a single
    one."""
    if rows < 2:
        return 0.5
    normal = NormalDist()
    z = normal.inv_cdf(0.5 + CONFIDENCE / 2)
    return normal.cdf(-math.sqrt(rows / (rows - 1)) * _student_t(z, rows - 1))


def _student_t(z: float, freedom: int) -> float:
    """Student's t quantile from the normal one, by the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5)."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
