"""Figures as plain values for plotly.js: no state, no page. The page's script fills in the colours of the theme."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BARS = 15


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


def lengths(
    edges: Sequence[int], counts: Sequence[int], axis: str, rows: str, limit: tuple[int, str] | None
) -> dict[str, Any]:
    """How many rows have which length. edges: of the bins, one more than counts. limit: a length to mark, with what it
    is; left out where all rows are far below it."""
    last = edges[-2] if len(edges) > 2 else 0
    # The last bin may be very wide; drawn as wide as the others, its label says what it holds.
    width = edges[1] - edges[0] if len(edges) > 1 else 1
    names = [
        f"{low:,} to {high - 1:,}" if low != last or high - low <= width else f"{low:,} and more"
        for low, high in itertools.pairwise(edges)
    ]
    trace = {
        "type": "bar",
        "x": [low + width / 2 for low in edges[:-1]],
        "y": list(counts),
        "width": width * 0.92,
        "marker": {"color": "@mark"},
        "customdata": names,
        "hovertemplate": f"%{{customdata}}: %{{y:,}} {rows}<extra></extra>",
    }
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": axis}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": rows, "standoff": 8}, "automargin": True},
        "showlegend": False,
    }
    drawn_to = last + width
    if limit is not None and limit[0] <= 2 * drawn_to:
        layout["shapes"] = [
            {
                "type": "line",
                "x0": limit[0],
                "x1": limit[0],
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": "@tuned", "width": 2, "dash": "dash"},
            }
        ]
        right = limit[0] > drawn_to / 2
        layout["annotations"] = [
            {
                "x": limit[0],
                "y": 1,
                "yref": "paper",
                "text": limit[1],
                "showarrow": False,
                "xanchor": "right" if right else "left",
                "font": {"color": "@text"},
            }
        ]
        layout["xaxis"]["range"] = [0, max(drawn_to, limit[0] * 1.03)]
    return {"data": [trace], "layout": layout}


def shares(counts: Mapping[str, int], axis: str) -> dict[str, Any]:
    """Horizontal bars, the longest on top: how often each of the most frequent names comes up."""
    shown = list(counts.items())[:MOST_BARS][::-1]
    names = [name if len(name) <= 28 else name[:27] + "…" for name, _ in shown]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [count for _, count in shown],
        # Two names may be cut to the same one, so the places are numbers and the names their labels.
        "y": list(range(len(shown))),
        "marker": {"color": "@mark"},
        "customdata": [name for name, _ in shown],
        "hovertemplate": f"%{{customdata}}: %{{x:,}} {axis}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": axis}, "rangemode": "tozero"},
        "yaxis": {"tickvals": list(range(len(shown))), "ticktext": names, "automargin": True, "showgrid": False},
        "bargap": max(0.25, 1 - 0.12 * len(shown)),
        "showlegend": False,
    }
    return {"data": [trace], "layout": layout}
