"""The verdict: better, worse or cannot tell, in one honest sentence. What it rests on is measured in compare.py.

Better or worse is said only when the paired 95 % evidence of the deciding measure says so:
1. no test rows, or fewer than 40 usable rows in all: cannot tell;
2. exact matches decide when either model gets any row right, or when the wanted answers are short, repeat, or are JSON;
3. where too few rows differ for exact matches to ever decide, the mean share of right JSON fields decides;
4. otherwise (long free text) the loss on the wanted answers decides; without one: cannot tell.
Of preference rows it is the pairs that decide (by_pairs): how many a model prefers rightly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.evaluation.compare import (
    MIN_PAIRS,
    Comparison,
    Difference,
    Matches,
    rows_for_difference,
    rows_for_evidence,
)
from studio.evaluation.metrics.json_fields import as_object, field_names, suits

Word = Literal["better", "worse", "cannot tell"]
MIN_ROWS = 40
"""Below so many usable rows no test part is kept (design: the data's way)."""
SHORT = 40
"""Characters: a wanted answer up to here can be hit exactly."""


@dataclass(frozen=True)
class Verdict:
    """word and its sentence; decided_by: 'exact_match', 'fields', 'loss', 'prefers' or ''
    with too little to compare."""

    word: Word
    sentence: str
    decided_by: str


def nothing(rows_seen: int) -> Verdict:
    """The verdict when there are no rows to judge by."""
    if rows_seen < MIN_ROWS:
        return _too_few(rows_seen)
    return Verdict("cannot tell", "Cannot tell: no rows were kept aside for testing; make a split that keeps some.", "")


def answers(found: Matches) -> str:
    """The counts of exact answers in words."""
    return (
        f"of {_count(found.rows, 'test row')} the tuned model answers {found.tuned} exactly right, "
        f"the base model {found.base}"
    )


def decide(
    found: Comparison, wanted: Sequence[str], rows_seen: int, counted: Callable[[Matches], str] = answers
) -> Verdict:
    """The verdict on these test rows (at least one). wanted: the wanted answers, one a row. counted: says how many are
    right."""
    if rows_seen < MIN_ROWS:
        return _too_few(rows_seen)
    if not exact_is_primary(found.matches, wanted):
        return _by_loss(found.loss) if found.loss else _unmeasured(len(wanted))
    if found.matches.evidence == "none" and found.matches.differing < MIN_PAIRS and _has_fields(found, wanted):
        by_fields = _by_fields(found)
        if by_fields:
            return by_fields
    return _by_matches(found, counted(found.matches))


def exact_is_primary(found: Matches, wanted: Sequence[str]) -> bool:
    """Whether whole-answer matches are a fair measure for such answers."""
    if found.base or found.tuned:
        return True
    short = sum(len(text.strip()) <= SHORT for text in wanted) >= 0.9 * len(wanted)
    repeating = len({text.strip() for text in wanted}) <= len(wanted) / 2
    return short or repeating or suits(wanted)


def _too_few(rows_seen: int) -> Verdict:
    return Verdict(
        "cannot tell",
        f"Cannot tell: the data has only {_count(rows_seen, 'usable row')}; with {MIN_ROWS} or more, "
        "some are kept aside to judge by.",
        "",
    )


def _has_fields(found: Comparison, wanted: Sequence[str]) -> bool:
    return found.fields is not None and len(field_names([as_object(text) for text in wanted])) > 1


def _by_matches(found: Comparison, counts: str) -> Verdict:
    exact = found.matches
    if exact.evidence == "better":
        return Verdict("better", f"Better: {counts}.", "exact_match")
    if exact.evidence == "worse":
        return Verdict("worse", f"Worse: {counts}.", "exact_match")
    if exact.differing == 0:
        reason = f"{counts}, and no row separates them"
    else:
        reason = f"{counts}, and the {_count(exact.differing, 'row')} where they differ could be chance"
    advice = _would_do(rows_for_evidence(exact))
    return Verdict(
        "cannot tell",
        f"Cannot tell with {_count(exact.rows, 'row')}: {reason}{advice}.{_loss_aside(found.loss)}",
        "exact_match",
    )


def by_pairs(pairs: Matches) -> Verdict:
    """The verdict on pairs of a better and a worse answer."""
    text = (
        f"of {_count(pairs.rows, 'test pair')} the tuned model prefers the better answer in {pairs.tuned}, "
        f"the base model in {pairs.base}"
    )
    if pairs.evidence != "none":
        return Verdict(pairs.evidence, f"{pairs.evidence.capitalize()}: {text}.", "prefers")
    chance = "no pair separates them"
    if pairs.differing:
        chance = f"the {_count(pairs.differing, 'pair')} where they differ could be chance"
    advice = _would_do(rows_for_evidence(pairs))
    return Verdict(
        "cannot tell", f"Cannot tell with {_count(pairs.rows, 'pair')}: {text}, and {chance}{advice}.", "prefers"
    )


def _by_fields(found: Comparison) -> Verdict | None:
    fields = found.fields
    if fields is None or fields.evidence == "none":
        return None
    text = (
        f"over {_count(fields.rows, 'test row')} the tuned model gets {fields.tuned:.0%} of the fields right, "
        f"the base model {fields.base:.0%}; whole answers match too seldom to compare"
    )
    if fields.evidence == "better":
        return Verdict("better", f"Better: {text}.", "fields")
    return Verdict("worse", f"Worse: {text}.", "fields")


def _unmeasured(rows: int) -> Verdict:
    """Long free text from a model that tells no loss."""
    return Verdict(
        "cannot tell",
        f"Cannot tell: the wanted answers of the {_count(rows, 'test row')} are long and free, no answer of either "
        "model matches exactly, and a hosted model tells no loss; read the answers side by side.",
        "",
    )


def _by_loss(loss: Difference) -> Verdict:
    text = (
        f"over {_count(loss.rows, 'test row')} the loss on the wanted answers is {loss.tuned:.2f} for the tuned model "
        f"and {loss.base:.2f} for the base model (lower is better)"
    )
    if loss.evidence == "better":
        return Verdict("better", f"Better: {text}; no answer of either matches exactly.", "loss")
    if loss.evidence == "worse":
        return Verdict("worse", f"Worse: {text}; no answer of either matches exactly.", "loss")
    advice = _would_do(rows_for_difference(loss))
    return Verdict(
        "cannot tell",
        f"Cannot tell with {_count(loss.rows, 'row')}: {text}, a difference that could be chance{advice}.",
        "loss",
    )


def by_measure(name: str, title: str, found: Difference) -> Verdict:
    """The verdict by a measure that the user chose."""
    higher = "higher" if found.higher_is_better else "lower"
    text = (
        f"over {_count(found.rows, 'test row')} “{title}” is {found.tuned:.2f} for the tuned model and "
        f"{found.base:.2f} for the base model ({higher} is better)"
    )
    if found.evidence != "none":
        return Verdict(found.evidence, f"{found.evidence.capitalize()}: {text}.", name)
    advice = _would_do(rows_for_difference(found))
    return Verdict(
        "cannot tell",
        f"Cannot tell with {_count(found.rows, 'row')}: {text}, a difference that could be chance{advice}.",
        name,
    )


def _would_do(rows: int | None) -> str:
    return f"; about {rows:,} test rows of this kind would do" if rows else ""


def _loss_aside(loss: Difference | None) -> str:
    if loss is None:
        return ""
    if loss.evidence == "better":
        return (
            f" The wanted answers surprise the tuned model less (loss {loss.tuned:.2f}, base {loss.base:.2f}), "
            "but its answers are not shown to be better."
        )
    if loss.evidence == "worse":
        return f" The wanted answers surprise the tuned model more (loss {loss.tuned:.2f}, base {loss.base:.2f})."
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
