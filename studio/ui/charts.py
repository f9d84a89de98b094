"""Figures as plain values for plotly.js: no state, no page. The page's script fills in the colours of the theme."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

MOST_BARS = 15


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
