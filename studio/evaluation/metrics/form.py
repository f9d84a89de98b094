"""Form: whether answers look like the wanted ones, whatever they say; how long they are; how often a model declines."""

import re
from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.metrics.base import Graded, Measure
from studio.evaluation.metrics.json_fields import as_object, suits
from studio.evaluation.metrics.words import tokens

_MOST_LABELS = 200
_REFUSALS = re.compile(
    r"^\W*(i('m| am) (really |very )?sorry|sorry|i (cannot|can't|can not|am unable|'m unable|am not able|won't)|"
    r"unfortunately,? i|as an ai\b|es tut mir leid|leider kann ich|ich kann (das|dir|ihnen|dabei)\b.*nicht|"
    r"je (suis désolé|ne peux pas)|désolé|lo siento|no puedo)",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether an answer begins as models do that decline (English, German, French, Spanish)."""
    return _REFUSALS.match(text.strip().replace("’", "'")) is not None


def form_of(wanted: Sequence[str]) -> str:
    """The form that all wanted answers have: 'json', 'label' (few values that come again), 'line', or 'text'."""
    if suits(wanted):
        return "json"
    values = {text.strip() for text in wanted}
    if len(values) <= min(_MOST_LABELS, len(wanted) / 2):
        return "label"
    return "text" if any("\n" in text.strip() for text in wanted) else "line"


class Form:
    """format (share of answers in the form of the wanted ones: a JSON object, one of the labels seen, a single line;
    and neither empty nor cut), refusal (share that begin like a model that declines), and length (words).

    Example: wanted are `billing` and `shipping`; `Billing, I think` has not the form, `shipping` has.
    """

    id: ClassVar[str] = "form"
    title: ClassVar[str] = "Form and length"
    what: ClassVar[str] = (
        "How often an answer has the form of the wanted ones, how often a model declines, and how long answers are."
    )

    def measure(self, rows: Sequence[Graded]) -> list[Measure]:
        wanted = [row.wanted for row in rows]
        form, labels = form_of(wanted), {text.strip() for text in wanted}
        fits = tuple(float(_fits(row, form, labels)) for row in rows)
        declined = tuple(float(refuses(row.answer) and not refuses(row.wanted)) for row in rows)
        length = tuple(float(len(tokens(row.answer))) for row in rows)
        return [
            Measure("format", fits, higher_is_better=True, share=True),
            Measure("refusal", declined, higher_is_better=False, share=True),
            Measure("length", length, higher_is_better=None, share=False),
        ]


def _fits(row: Graded, form: str, labels: set[str]) -> bool:
    text = row.answer.strip()
    if not text or row.cut:
        return False
    if form == "json":
        return as_object(text) is not None
    if form == "label":
        return text in labels
    return form == "text" or "\n" not in text
