"""Should one tune at all? Honest advice among tuning, a good prompt, looking facts up, and more data, with the reasons
that lie in this data set. Rules of thumb, open to reading; none of them is measured on the user's model."""

from dataclasses import dataclass
from typing import Literal

from studio.data.statistics import Statistics
from studio.data.values import Report

Choice = Literal["tune", "prompt", "retrieve", "more data"]
Goal = Literal["labels", "form", "style", "facts", "skill"]

GOALS: dict[Goal, str] = {
    "labels": "Sort texts into classes",
    "form": "Always answer in the same form",
    "style": "Write in our tone",
    "facts": "Know our facts and documents",
    "skill": "Do a task better",
}
"""What somebody may want of the model, in their words."""

LEAST_ROWS = 20
ROWS_TO_TUNE = 50
ROWS_A_LABEL = 5
MANY_FACTS = 3.0
MOSTLY = 0.9

_SENTENCES: dict[Choice, str] = {
    "tune": "Tuning is likely to help.",
    "prompt": "Try a good prompt with a few of these examples first.",
    "retrieve": "Let the model look the facts up instead of learning them by heart.",
    "more data": "Gather or mend examples first.",
}


@dataclass(frozen=True)
class Advice:
    """sentence: the advice in one line. reasons: what in this data set speaks for it, and what to keep in mind."""

    choice: Choice
    sentence: str
    reasons: tuple[str, ...]


def advice(report: Report, numbers: Statistics, goal: Goal | None = None) -> Advice:
    """The advice for a data set. goal: what the user says the model is for, None where they have not said."""
    choice, reasons = _choice(report, numbers, goal)
    return Advice(choice, _SENTENCES[choice], (*reasons, *_to_keep_in_mind(report, numbers, choice)))


def _choice(report: Report, numbers: Statistics, goal: Goal | None) -> tuple[Choice, list[str]]:
    rows = numbers.rows
    if report.rows and rows * 2 < report.rows:
        return "more data", [f"Only {rows:,} of {report.rows:,} rows can be used; mend the others first."]
    if rows < LEAST_ROWS:
        return "more data", [f"{_rows(rows)} are too few to learn from; 50 to 100 good ones are a fair start."]
    if goal == "facts" or (goal is None and numbers.facts >= MANY_FACTS and numbers.distinct_share >= MOSTLY):
        return "retrieve", _about_facts(numbers)
    if numbers.label_count:
        return _about_labels(numbers)
    if rows < ROWS_TO_TUNE:
        return "prompt", [f"{_rows(rows)} are few; put five to ten of them into the prompt and see how far that goes."]
    reasons = [f"{_rows(rows)} are enough for a first run; more of the same kind help up to a few thousand."]
    if numbers.json_share >= MOSTLY and numbers.keys_share >= MOSTLY:
        reasons.append("The answers are JSON with the same fields; a steady form is what tuning teaches best.")
    elif goal == "style":
        reasons.append("A tone is hard to describe in a prompt and easy to learn from examples.")
    elif numbers.distinct_share < 0.5:
        reasons.append("Many answers come again; the model can learn when which of them is right.")
    return "tune", reasons


def _about_facts(numbers: Statistics) -> list[str]:
    reasons = ["A tuned model learns how to answer; facts it learns badly, and it makes up those it has not seen."]
    if numbers.facts >= 1:
        reasons.append(
            f"An answer here holds about {numbers.facts:.0f} names and numbers that its prompt does not say, so they "
            "would have to be learned by heart."
        )
    reasons.append("Put the passage that holds the fact into the prompt; tuning can still teach how to use it.")
    return reasons


def _about_labels(numbers: Statistics) -> tuple[Choice, list[str]]:
    what = f"{numbers.label_count:,} labels over {numbers.rows:,} rows"
    if numbers.label_count == 1:
        return "more data", ["All rows have the same label; there is nothing to tell apart."]
    if numbers.rows < ROWS_A_LABEL * numbers.label_count:
        return "more data", [f"{what}: fewer than {ROWS_A_LABEL} a label; gather more of each."]
    if numbers.rows < ROWS_TO_TUNE:
        return "prompt", [f"{what}: name the labels in a prompt, with an example of each, and see how far that goes."]
    reasons = [f"{what}: telling classes apart is what a small tuned model does well, fast and cheaply."]
    if numbers.label_least < ROWS_A_LABEL:
        reasons.append(f"The rarest label has {_rows(numbers.label_least)}; it will hardly be learned.")
    return "tune", reasons


def _to_keep_in_mind(report: Report, numbers: Statistics, choice: Choice) -> list[str]:
    kinds = {finding.rule for finding in report.findings}
    notes = []
    if 0.1 < numbers.json_share < MOSTLY:
        notes.append(f"{numbers.json_share:.0%} of the answers are JSON and the others are not; decide for one form.")
    if "rows.conflict" in kinds:
        notes.append("Some prompts have several answers; a model cannot learn which one you mean.")
    if any(kind.startswith("private.") for kind in kinds):
        notes.append("The rows hold personal data, and a tuned model can repeat it; mask it first.")
    if choice == "tune" and numbers.facts >= 1 and not numbers.label_count and numbers.distinct_share >= MOSTLY:
        notes.append("The answers bring names and numbers of their own; such facts are better looked up than learned.")
    return notes


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
