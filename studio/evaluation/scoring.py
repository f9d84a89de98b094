"""What all candidates said becomes the scorecard: rows, measures with intervals, comparisons, and the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from studio.data.values import Example
from studio.evaluation import compare, hosted, labelled, metrics, verdict
from studio.evaluation.entrants import Entrant
from studio.evaluation.metrics.base import Graded, Measure, Measured
from studio.evaluation.metrics.exact import is_exact
from studio.evaluation.needed import Beside, beside
from studio.evaluation.said import Said
from studio.evaluation.scorecard import CANDIDATES, Candidate, Row, Scorecard
from studio.evaluation.verdict import Verdict
from studio.jobs.spec import Evaluate, Spec
from studio.models import labels as labelling
from studio.models.labels import Labels

Measures = Mapping[str, Mapping[str, Measured]]
TEXT_MEASURES = ("token_f1", "chrf")
"""What free text is compared by where a candidate tells no loss."""


@dataclass(frozen=True)
class Judging:
    """On what grounds a verdict may be given: judging False where the rows steered the training; labels of a
    classifier."""

    work: Evaluate
    entrants: Sequence[Entrant]
    judging: bool = True
    labels: Labels | None = None


def rows_of(numbers: Sequence[int], examples: Sequence[Example], said: Mapping[str, Sequence[Said]]) -> list[Row]:
    """Each row as all candidates did it."""
    return [
        Row(
            row=number,
            line=example.line,
            prompt=tuple(turn.as_dict() for turn in example.prompt),
            wanted=labelling.written(example.labels) if example.labels else example.answer,
            answers={name: answers[place].text for name, answers in said.items()},
            losses={name: loss for name, answers in said.items() if (loss := answers[place].loss) is not None},
            exact={name: _right(answers[place], example) for name, answers in said.items()},
            labels=example.labels,
            worse={name: loss for name, answers in said.items() if (loss := answers[place].worse) is not None},
            shares={name: [list(one) for one in a[place].shares] for name, a in said.items() if a[place].shares},
        )
        for place, (number, example) in enumerate(zip(numbers, examples, strict=True))
    ]


def _right(said: Said, example: Example) -> bool:
    if said.labels:
        return set(said.labels) == set(example.labels)
    return is_exact(said.text, example.answer)


def scored(spec: Spec, ground: Judging, rows: Sequence[Row], said: Mapping[str, Sequence[Said]]) -> Scorecard:
    """The scorecard of these rows; without rows that may judge it says why it cannot tell."""
    work, entrants = ground.work, ground.entrants
    measures = {one.id: _measures(rows, one.id, said.get(one.id, ())) for one in entrants}
    comparison = _compared(rows, measures) if rows else None
    judgement = _judged(ground, rows, measures, comparison)
    found = _against(judgement, measures, rows, entrants)
    told = beside(entrants, found) if comparison and judgement.decided_by else Beside("", "")
    return Scorecard(
        job=spec.job,
        train_job=work.train_job,
        checkpoint=work.checkpoint.fingerprint,
        data=work.data.fingerprint,
        split=work.split.fingerprint if work.split else "",
        rows=len(rows),
        rows_seen=work.rows_seen,
        candidates=tuple(_candidate(one, measures[one.id], said.get(one.id, ())) for one in entrants),
        comparison=comparison.as_json() if comparison else None,
        verdict=judgement.word,
        sentence=" ".join(filter(None, (judgement.sentence, told.sentence))),
        decided_by=judgement.decided_by,
        labels=labelled.table(rows),
        guess=ground.labels.most_frequent if ground.labels else "",
        details=_with_scores(rows, judgement, measures),
        cost=_cost(entrants, said),
        comparisons=tuple({**asdict(found[one.id]), "title": one.title} for one in entrants if one.id in found),
        needed=told.needed,
        version=work.version,
        template=work.template,
        base_model=work.model.fingerprint,
        model_name=work.model_name,
        beside=told.sentence,
    )


def _judged(ground: Judging, rows: Sequence[Row], measures: Measures, comparison: compare.Comparison | None) -> Verdict:
    work = ground.work
    # A file from elsewhere judges with every row it has; the paired evidence alone then says whether they suffice.
    seen = work.rows_seen if work.split else verdict.MIN_ROWS
    if comparison is None or not ground.judging:
        return verdict.nothing(work.rows_seen)
    base, tuned = (measures[name].get(work.measure) for name in CANDIDATES)
    if comparison.pairs is not None and seen >= verdict.MIN_ROWS and work.measure in ("", "prefers"):
        return verdict.by_pairs(comparison.pairs)
    by_choice = seen >= verdict.MIN_ROWS and work.measure not in ("exact_match", "accuracy")
    if by_choice and isinstance(base, Measure) and isinstance(tuned, Measure):
        return verdict.by_measure(work.measure, metrics.title_of(work.measure), _difference(base, tuned))
    counted = verdict.answers if ground.labels is None else labelled.counted(ground.labels)
    return verdict.decide(comparison, [row.wanted for row in rows], seen, counted)


def _measures(rows: Sequence[Row], name: str, said: Sequence[Said]) -> dict[str, Measured]:
    if not rows:
        return {}
    told = labelled.told(rows, name)
    return metrics.measure(
        [
            Graded(
                row.wanted,
                row.answers[name],
                row.losses.get(name),
                row.labels,
                labels,
                tuple((label, share) for label, share in row.shares.get(name, ())),
                bool(said) and said[place].cut,
                row.judged if name == "tuned" else None,
                row.worse.get(name),
            )
            for place, (row, labels) in enumerate(zip(rows, told, strict=True))
        ]
    )


def _compared(rows: Sequence[Row], measures: Measures) -> compare.Comparison:
    base, tuned = (measures[name] for name in CANDIDATES)
    return compare.Comparison(
        compare.matches([row.exact["base"] for row in rows], [row.exact["tuned"] for row in rows]),
        _difference(base["loss"], tuned["loss"]) if "loss" in base and "loss" in tuned else None,
        _difference(base["fields"], tuned["fields"]) if "fields" in base else None,
        _pairs(base["prefers"], tuned["prefers"]) if "prefers" in base and "prefers" in tuned else None,
    )


def _pairs(base: Measured, tuned: Measured) -> compare.Matches:
    assert isinstance(base, Measure)
    assert isinstance(tuned, Measure)
    return compare.matches([value == 1 for value in base.values], [value == 1 for value in tuned.values])


def _difference(base: Measured, tuned: Measured) -> compare.Difference:
    # Which rows a measure applies to depends on the wanted answers alone, so the values stay paired.
    assert isinstance(base, Measure)
    assert isinstance(tuned, Measure)
    return compare.difference(base.applicable, tuned.applicable, higher_is_better=bool(base.higher_is_better))


def _against(
    judgement: Verdict, measures: Measures, rows: Sequence[Row], entrants: Sequence[Entrant]
) -> dict[str, compare.Against]:
    """The tuned model against everybody else, each by the measure that decided, or the nearest that both have."""
    if not rows:
        return {}
    wanted = [judgement.decided_by or "exact_match", *TEXT_MEASURES, "exact_match"]
    wanted = ["accuracy", *wanted] if rows[0].labels and wanted[0] == "exact_match" else wanted
    found = {}
    for one in entrants:
        both = [
            (tuned, other)
            for name in wanted
            if isinstance(tuned := measures["tuned"].get(name), Measure)
            and isinstance(other := measures[one.id].get(name), Measure)
        ]
        if one.id != "tuned" and both:
            found[one.id] = compare.against(one.id, *both[0])
    return found


def _with_scores(rows: Sequence[Row], judgement: Verdict, measures: Measures) -> tuple[Row, ...]:
    """The rows with a score each where whole answers are hardly ever right."""
    names = {"fields": ("fields",), "loss": TEXT_MEASURES}.get(judgement.decided_by, (judgement.decided_by,))
    if judgement.decided_by in ("", "exact_match", "accuracy"):
        return tuple(rows)
    name = next((one for one in names if isinstance(measures["tuned"].get(one), Measure)), None)
    if name is None:
        return tuple(rows)
    values: dict[str, Any] = {who: found[name] for who, found in measures.items() if name in found}
    scores = {who: found.values for who, found in values.items() if isinstance(found, Measure)}
    return tuple(
        replace(row, scores={who: value for who, every in scores.items() if (value := every[place]) is not None})
        for place, row in enumerate(rows)
    )


def _candidate(entrant: Entrant, measures: Mapping[str, Measured], said: Sequence[Said]) -> Candidate:
    counted = [one for one in said if one.tokens or one.seconds]
    written = [one for one in counted if one.tokens]
    return Candidate(
        entrant.id,
        {key: measure.mean for key, measure in measures.items()},
        {key: measure.interval for key, measure in measures.items()},
        entrant.title,
        entrant.kind,
        tokens=_mean([one.tokens for one in written]),
        read=_mean([one.read for one in written]),
        seconds=_mean([one.seconds for one in counted]),
        cost=hosted.cost(entrant, said) if entrant.hosted else None,
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _cost(entrants: Sequence[Entrant], said: Mapping[str, Sequence[Said]]) -> float | None:
    """Dollars for everybody who was paid; None where nobody was or one's price is not known."""
    paid = [hosted.cost(one, said.get(one.id, ())) for one in entrants if one.hosted]
    return None if not paid or None in paid else sum(one for one in paid if one is not None)
