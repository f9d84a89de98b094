"""One measure of all candidates as bars with 95 % intervals: plain values for plotly.js."""

from typing import Any

from studio.evaluation.scorecard import Scorecard
from studio.ui.evaluate.numbers import PLAIN, title

COLOURS = {"base": "@base", "tuned": "@tuned", "prompted": "#7a68a6", "remote": "#2b7bba", "rival": "#98a2ad"}
FURTHER = "#e0a458"
LONGEST = 30


def figure(card: Scorecard, measure: str) -> dict[str, Any]:
    """Horizontal bars, the first candidate on top."""
    shown = [one for one in card.candidates if measure in one.metrics][::-1]
    scale = 1 if measure in PLAIN else 100
    values = [scale * one.metrics[measure] for one in shown]
    ends = [tuple(scale * end for end in one.intervals[measure]) for one in shown]
    names = [title(card, one) for one in shown]
    unit = "" if scale == 1 else " %"
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(shown))),
        "marker": {"color": [COLOURS.get(one.name) or _colour(one.kind) for one in shown]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, high - one) for one, (_, high) in zip(values, ends, strict=True)],
            "arrayminus": [max(0.0, one - low) for one, (low, _) in zip(values, ends, strict=True)],
            "color": "@text",
            "thickness": 1.5,
        },
        "customdata": names,
        "hovertemplate": "%{customdata}: %{x:.2f}" + unit + "<extra></extra>",
    }
    axis: dict[str, Any] = {"ticksuffix": unit, "rangemode": "tozero"}
    if scale == 100:
        axis["range"] = [0, 105]
    layout = {
        "xaxis": axis,
        "yaxis": {
            "tickvals": list(range(len(shown))),
            "ticktext": [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names],
            "automargin": True,
            "showgrid": False,
        },
        "bargap": 0.35,
        "showlegend": False,
    }
    return {"data": [trace], "layout": layout}


def _colour(kind: str) -> str:
    return FURTHER if kind == "tuned" else COLOURS.get(kind, COLOURS["rival"])
