"""What is done beside the training at its checks, as long as that takes no more than a small share of its time."""

import time
from collections.abc import Callable


class Sparing:
    """times: it is due when training has taken so many times longer than doing it last took. All in seconds of
    training."""

    def __init__(self, times: float) -> None:
        self._times = times
        self._at, self._took = 0.0, 0.0

    def due(self, seconds: float) -> bool:
        return seconds - self._at >= self._times * self._took

    def do(self, act: Callable[[], object], seconds: float) -> None:
        began = time.perf_counter()
        act()
        self._at, self._took = seconds, time.perf_counter() - began

    def done(self, seconds: float) -> None:
        """By an earlier process, at `seconds`."""
        self._at = seconds
