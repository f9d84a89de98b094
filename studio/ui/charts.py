"""Figures as plain values for plotly.js: no state, no page. The page's script fills in the colours of the theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """One group of two bars: share right (0..1) of base and tuned with their 95 % intervals."""

    label: str
    base: float
    tuned: float
    base_interval: tuple[float, float]
    tuned_interval: tuple[float, float]


def paired_bars(bars: Sequence[Bar], base_name: str, tuned_name: str) -> dict[str, Any]:
    """Horizontal axis: the metrics; vertical: percent right; whiskers: 95 % intervals."""

    def trace(name: str, colour: str, values: list[float], spans: list[tuple[float, float]]) -> dict[str, Any]:
        percent = [100 * v for v in values]
        return {
            "type": "bar",
            "name": name,
            "x": [b.label for b in bars],
            "y": percent,
            "marker": {"color": colour},
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, 100 * high - p) for p, (_, high) in zip(percent, spans, strict=True)],
                "arrayminus": [max(0.0, p - 100 * low) for p, (low, _) in zip(percent, spans, strict=True)],
                "color": "@text",
                "thickness": 1.5,
            },
            "hovertemplate": "%{x}: %{y:.0f} %<extra>" + name + "</extra>",
        }

    traces = [
        trace(base_name, "@base", [b.base for b in bars], [b.base_interval for b in bars]),
        trace(tuned_name, "@tuned", [b.tuned for b in bars], [b.tuned_interval for b in bars]),
    ]
    # Few groups keep slim bars instead of filling the width.
    layout = {
        "barmode": "group",
        "yaxis": {"range": [0, 105], "ticksuffix": " %"},
        "bargap": max(0.35, 1 - 0.2 * len(bars)),
    }
    return {"data": traces, "layout": layout}
