"""What an evaluation job does: base and tuned model on the same rows, losses, answers, scorecard and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from studio import data, models
from studio.data.values import Example
from studio.errors import DataError, JobError, ModelError
from studio.evaluation import compare, hosted, labelled, metrics, scorecard, verdict
from studio.evaluation.metrics.base import Graded, Measure, Measured
from studio.evaluation.metrics.exact import is_exact
from studio.evaluation.scorecard import CANDIDATES, Candidate, Row, Scorecard
from studio.evaluation.ticker import Stopped, Ticker
from studio.jobs.events import Note, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Spec
from studio.models import checkpoint
from studio.models import labels as labelling
from studio.models.labels import Labels

SPARE_TOKENS = 8
"""Room beyond the longest wanted answer, so that an answer of about its length is not cut."""


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Evaluates as the spec says and journals it to the last word (finished or stopped).

    secrets: the provider's key, where a model is hosted. Raises StudioError in the user's words for whatever keeps it
    from judging.
    """
    work = spec.work
    if not isinstance(work, Evaluate):
        raise JobError("This job is not an evaluation.", "Start it again from the Evaluate tab.")
    chosen, examples, judging = verified(work)
    labels = None if work.hosted else labelling.read(Path(work.checkpoint.path))
    journal.append(State("running"))
    cost = None
    try:
        if work.hosted and examples:
            rows, cost = hosted.judged(folder, work, chosen, examples, journal, secrets)
        else:
            judge = judged if labels is None else labelled.judged
            rows = judge(folder, work, chosen, examples, journal) if examples else []
    except Stopped:
        journal.append(Note("The evaluation was stopped before all rows were judged, so there is no verdict."))
        journal.append(State("stopped"))
        return
    card = replace(scored(spec, work, rows, judging, labels), cost=cost)
    scorecard.save(card, folder)
    journal.append(Result(card.result()))
    journal.append(State("finished"))


def verified(work: Evaluate) -> tuple[list[int], list[Example], bool]:
    """Numbers and contents of the rows to compare on, if everything is still what the spec names; and whether they may
    judge: without a test part the validation rows are shown, but they steered the training."""
    for source in filter(None, (work.data, work.split)):
        if not Path(source.path).is_file() or data.fingerprint(Path(source.path)) != source.fingerprint:
            raise DataError(
                "The data set was changed or removed since the evaluation was set up.", "Start the evaluation again."
            )
    if models.inspect(Path(work.model.path)).fingerprint != work.model.fingerprint:
        raise ModelError(
            f"The base model {work.model_name} was changed since the run was trained.",
            "Train again on the model as it is now.",
        )
    if not work.hosted:
        place = Path(work.checkpoint.path)
        checkpoint.verify(place)
        if checkpoint.fingerprint(place) != work.checkpoint.fingerprint:
            raise JobError("The run's checkpoint has changed meanwhile.", "Start the evaluation again.")
    examples = data.load_examples(Path(work.data.path))
    if work.split is None:
        return list(range(len(examples))), examples, True
    split = data.load_split(Path(work.split.path))
    chosen = list(split.test or split.validation)
    return chosen, [examples[number] for number in chosen], bool(split.test)


def judged(
    folder: Path, work: Evaluate, chosen: Sequence[int], examples: Sequence[Example], journal: Journal
) -> list[Row]:
    """Both models on every row: losses first, then greedy answers."""
    from studio.evaluation.losses import Losses
    from studio.inference.generate import load

    ticker = Ticker(folder, journal, len(examples) * 2 * len(CANDIDATES))
    ticker.tell("Loading both models")
    engine = load(Path(work.model.path), {"tuned": Path(work.checkpoint.path)}, work.threads)
    losses = Losses(engine, examples)
    longest = losses.answer_tokens + SPARE_TOKENS
    prompts = [example.prompt for example in examples]
    lost, said = {}, {}
    for name in CANDIDATES:
        lost[name] = ticker.follow(losses.batches(name), f"The {name} model reads the wanted answers")
    ticker.restart_clock()
    for name in CANDIDATES:
        said[name] = ticker.follow(engine.answer_batches(name, prompts, longest), f"The {name} model answers")
    return [
        Row(
            row=number,
            line=example.line,
            prompt=tuple(turn.as_dict() for turn in example.prompt),
            wanted=example.answer,
            answers={name: said[name][place] for name in CANDIDATES},
            losses={name: lost[name][place] for name in CANDIDATES},
            exact={name: is_exact(said[name][place], example.answer) for name in CANDIDATES},
            labels=example.labels,
        )
        for place, (number, example) in enumerate(zip(chosen, examples, strict=True))
    ]


def scored(
    spec: Spec, work: Evaluate, rows: Sequence[Row], judging: bool = True, labels: Labels | None = None
) -> Scorecard:
    """The scorecard of these rows; without rows that may judge it says why it cannot tell. labels: of a classifier."""
    measures = {name: _measures(rows, name) for name in CANDIDATES}
    comparison = _compared(rows, measures) if rows else None
    wanted = [row.wanted for row in rows]
    # A file from elsewhere judges with every row it has; the paired evidence alone then says whether they suffice.
    seen = work.rows_seen if work.split else verdict.MIN_ROWS
    if comparison is None or not judging:
        judgement = verdict.nothing(work.rows_seen)
    else:
        counted = verdict.answers if labels is None else labelled.counted(labels)
        judgement = verdict.decide(comparison, wanted, seen, counted)
    return Scorecard(
        job=spec.job,
        train_job=work.train_job,
        checkpoint=work.checkpoint.fingerprint,
        data=work.data.fingerprint,
        split=work.split.fingerprint if work.split else "",
        rows=len(rows),
        rows_seen=work.rows_seen,
        candidates=tuple(_candidate(name, measures[name]) for name in CANDIDATES),
        comparison=comparison.as_json() if comparison else None,
        verdict=judgement.word,
        sentence=judgement.sentence,
        decided_by=judgement.decided_by,
        labels=labelled.table(rows),
        guess=labels.most_frequent if labels else "",
        details=tuple(rows),
    )


def _measures(rows: Sequence[Row], name: str) -> dict[str, Measured]:
    if not rows:
        return {}
    told = labelled.told(rows, name)
    return metrics.measure(
        [
            Graded(row.wanted, row.answers[name], row.losses.get(name), row.labels, said)
            for row, said in zip(rows, told, strict=True)
        ]
    )


def _compared(rows: Sequence[Row], measures: Mapping[str, Mapping[str, Measured]]) -> compare.Comparison:
    base, tuned = (measures[name] for name in CANDIDATES)
    return compare.Comparison(
        compare.matches([row.exact["base"] for row in rows], [row.exact["tuned"] for row in rows]),
        _difference(base["loss"], tuned["loss"]) if "loss" in base and "loss" in tuned else None,
        _difference(base["fields"], tuned["fields"]) if "fields" in base else None,
    )


def _difference(base: Measured, tuned: Measured) -> compare.Difference:
    # Which rows a measure applies to depends on the wanted answers alone, so the values stay paired.
    assert isinstance(base, Measure)
    assert isinstance(tuned, Measure)
    return compare.difference(base.applicable, tuned.applicable, higher_is_better=base.higher_is_better)


def _candidate(name: str, measures: Mapping[str, Measured]) -> Candidate:
    return Candidate(
        name,
        {key: measure.mean for key, measure in measures.items()},
        {key: measure.interval for key, measure in measures.items()},
    )
