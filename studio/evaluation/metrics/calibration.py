"""Calibration: whether a classifier that says 80 % is right in 80 of 100 cases."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from studio.evaluation.intervals import RESAMPLES, SEED, tail
from studio.evaluation.metrics.base import Graded, Score

BINS = 10


class Calibration:
    """calibration_error: how far stated and true certainty lie apart, mean over rows (expected calibration error,
    Naeini et al. 2015; ten bins of equal width). Texts with several labels have none.

    Example: every answer is said to be 90 % sure and half of them are right: calibration_error 0.4.
    """

    id: ClassVar[str] = "calibration"
    title: ClassVar[str] = "Calibration"
    what: ClassVar[str] = "How far a classifier's stated certainty lies from how often it is right; lower is better."

    def measure(self, rows: Sequence[Graded]) -> list[Score]:
        if not all(row.shares and len(row.labels) == 1 and len(row.told) == 1 for row in rows):
            return []
        sure = np.array([row.shares[0][1] for row in rows])
        right = np.array([row.told == row.labels for row in rows], dtype=float)
        generator = np.random.default_rng(SEED)
        draws = generator.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=RESAMPLES)
        outer = tail(len(rows))
        low, high = np.quantile([error(sure, right, draw) for draw in draws], [outer, 1 - outer])
        value = error(sure, right, np.ones(len(rows)))
        return [Score("calibration_error", value, (float(low), float(high)), higher_is_better=False)]


def error(sure: np.ndarray, right: np.ndarray, weights: np.ndarray) -> float:
    """Expected calibration error of rows with these weights; sure: stated probability, right: 0 or 1."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights * (right - sure), BINS)
    return float(np.abs(gaps).sum() / weights.sum())
