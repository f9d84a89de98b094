"""Measures as a person reads them, and who of the candidates is called what."""

from studio.evaluation.scorecard import Candidate, Scorecard
from studio.ui import words
from studio.ui.labelling import base_name

PLAIN = ("loss", "perplexity", "length")
"""Measures that are no share of one."""


def value(name: str, number: float) -> str:
    """One figure: percent for shares, else the number."""
    return (
        f"{number:.1f}"
        if name in ("perplexity", "length")
        else f"{number:.3f}"
        if name in PLAIN
        else f"{100 * number:.0f} %"
    )


def interval(name: str, candidate: Candidate) -> str:
    """A figure with its interval, as HTML; a dash where the candidate has none."""
    if name not in candidate.metrics:
        return "–"
    low, high = candidate.intervals[name]
    span = f"{value(name, low).removesuffix(' %')} to {value(name, high)}"
    return f"{value(name, candidate.metrics[name])} <small>({span})</small>"


def title(card: Scorecard, candidate: Candidate) -> str:
    """What the candidate is called on the page."""
    if candidate.name == "base":
        return base_name(card)
    return words.CHAT_TUNED if candidate.name == "tuned" else candidate.title


def measures(card: Scorecard) -> list[str]:
    """All measures that any candidate has, in the order of the register."""
    return list(dict.fromkeys(name for one in card.candidates for name in one.metrics))


def leading(card: Scorecard) -> str:
    """The measure that decided, or the plainest one there is."""
    known = measures(card)
    wanted = ("accuracy", card.decided_by) if card.labels else (card.decided_by,)
    return next((name for name in (*wanted, "exact_match", "loss") if name in known), "")
