"""Was tuning needed? What the verdict says besides: how a prompt, the simple rivals and other models did on the same
rows.

A simple rival that does as well means that tuning was not needed; so does the base model with a prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.evaluation.compare import Against
from studio.evaluation.entrants import FREQUENT, LOGISTIC, NEAREST, Entrant
from studio.evaluation.metrics import title_of

Needed = Literal["yes", "no", "cannot tell", ""]
HOW = {
    FREQUENT: "always the most frequent answer",
    NEAREST: "the answer of the nearest training example",
    LOGISTIC: "word statistics with logistic regression",
}
_SHARES = ("exact_match", "accuracy", "exact_normalised", "json_equal")


@dataclass(frozen=True)
class Beside:
    """needed: whether tuning was, '' where nobody was there to tell it by. sentence: for the verdict, '' likewise."""

    needed: Needed
    sentence: str


def beside(entrants: Sequence[Entrant], found: Mapping[str, Against]) -> Beside:
    """What the strongest simple rival, the prompted base and further models say about the tuned one."""
    rivals = [one for one in entrants if one.kind == "rival" and one.id in found]
    prompts = [one for one in entrants if one.kind == "prompted" and one.id in found]
    others = [one for one in entrants if one.kind not in ("rival", "prompted", "base") and one.id in found]
    told = [_strongest(rivals, found)] if rivals else []
    told += [(one, found[one.id]) for one in prompts]
    sentences = [_sentence(one, against) for one, against in told]
    sentences += [_other(one, found[one.id]) for one in others]
    return Beside(_needed([against for _, against in told]), " ".join(sentences))


def _strongest(rivals: Sequence[Entrant], found: Mapping[str, Against]) -> tuple[Entrant, Against]:
    best = max(rivals, key=lambda one: found[one.id].losses - found[one.id].wins)
    return best, found[best.id]


def _needed(found: Sequence[Against]) -> Needed:
    if not found:
        return ""
    if any(one.as_good for one in found):
        return "no"
    return "yes" if all(one.evidence == "better" for one in found) else "cannot tell"


def _sentence(one: Entrant, found: Against) -> str:
    who = "A simple rival" if one.kind == "rival" else "The base model with a prompt"
    name = f" ({HOW[one.id]})" if one.kind == "rival" else ""
    score = _score(found)
    if found.as_good:
        more = "does better" if found.evidence == "worse" else "does as well"
        return f"Tuning was not needed: {who[0].lower()}{who[1:]}{name} {more}, {score}."
    if found.evidence == "better":
        return f"{who}{name} does worse, {score}."
    return f"{who}{name} is not clearly worse, {score}: whether tuning was needed cannot be told."


def _other(one: Entrant, found: Against) -> str:
    how = {"better": "does worse", "worse": "does better", "none": "is not clearly better or worse"}[found.evidence]
    return f"{one.title} {how}, {_score(found)}."


def _score(found: Against) -> str:
    if found.measure in _SHARES:
        return f"with {round(found.other * found.rows)} of {found.rows} right"
    if found.measure == "fields":
        return f"with {100 * found.other:.0f} % of the fields right against {100 * found.tuned:.0f} %"
    return f"with {found.other:.2f} against {found.tuned:.2f} ({title_of(found.measure)})"
