"""Intervals cover the truth about as often as they promise, in simulated sets."""

import numpy as np
import pytest

from studio.evaluation.intervals import bootstrap_mean, wilson


@pytest.mark.parametrize(("truth", "rows"), [(0.1, 24), (0.5, 24), (0.9, 50)])
def test_wilson_covers_the_truth(truth: float, rows: int) -> None:
    generator = np.random.default_rng(3)
    covered = 0
    for successes in generator.binomial(rows, truth, size=1000):
        low, high = wilson(int(successes), rows)
        covered += low <= truth <= high
    assert 0.92 <= covered / 1000 <= 0.985


@pytest.mark.parametrize("rows", [10, 40])
def test_bootstrap_covers_the_truth(rows: int) -> None:
    generator = np.random.default_rng(5)
    covered = 0
    for sample in generator.normal(1.5, 0.7, size=(300, rows)):
        low, high = bootstrap_mean(sample.tolist())
        covered += low <= 1.5 <= high
    assert 0.90 <= covered / 300 <= 0.985


def test_edges() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-3)
    assert wilson(10, 10)[1] == 1.0
    assert bootstrap_mean([2.0]) == (2.0, 2.0)
    assert bootstrap_mean([1.0, 2.0, 4.0]) == bootstrap_mean([1.0, 2.0, 4.0])
