"""What an evaluation job does: base and tuned model on the same rows, losses, answers, scorecard and verdict."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import data, models
from studio.data.values import Example
from studio.errors import DataError, JobError, ModelError
from studio.evaluation import compare, metrics, scorecard, verdict
from studio.evaluation.metrics.base import Graded, Measure
from studio.evaluation.metrics.exact import is_exact
from studio.evaluation.scorecard import Candidate, Row, Scorecard
from studio.jobs import control
from studio.jobs.events import Note, Progress, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Spec
from studio.models import checkpoint

CANDIDATES = ("base", "tuned")
SPARE_TOKENS = 8
"""Room beyond the longest wanted answer, so that an answer of about its length is not cut."""


class _Stopped(Exception):  # noqa: N818  (a request, not an error)
    """The user asked the job to stop."""


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Evaluates as the spec says and journals it to the last word (finished or stopped).

    secrets: none are needed. Raises StudioError in the user's words for whatever keeps it from judging.
    """
    work = spec.work
    if not isinstance(work, Evaluate):
        raise JobError("This job is not an evaluation.", "Start it again from the Evaluate tab.")
    chosen, examples, judging = verified(work)
    journal.append(State("running"))
    try:
        rows = judged(folder, work, chosen, examples, journal) if examples else []
    except _Stopped:
        journal.append(Note("The evaluation was stopped before all rows were judged, so there is no verdict."))
        journal.append(State("stopped"))
        return
    card = scored(spec, work, rows, judging)
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

    ticker = _Ticker(folder, journal, len(examples))
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
        )
        for place, (number, example) in enumerate(zip(chosen, examples, strict=True))
    ]


class _Ticker:
    """Progress over all four passes as one scale of rows, and the place where a stop request is seen."""

    def __init__(self, folder: Path, journal: Journal, rows: int) -> None:
        self._folder = folder
        self._journal = journal
        self._total = rows * 2 * len(CANDIDATES)
        self._done = 0
        self._since: tuple[float, int] | None = None

    def restart_clock(self) -> None:
        """From here on rows take about the same time each, so that the rest can be estimated."""
        self._since = (time.monotonic(), self._done)

    def follow(self, batches: Iterator[dict[int, Any]], what: str) -> dict[int, Any]:
        """All batches as one; tells before the first and after each."""
        found: dict[int, Any] = {}
        self.tell(what)
        for batch in batches:
            found |= batch
            self._done += len(batch)
            self.tell(what)
        return found

    def tell(self, what: str) -> None:
        if control.requested(self._folder) == "stop":
            raise _Stopped
        self._journal.append(Progress(what, self._done, self._total, self._seconds_left()))

    def _seconds_left(self) -> float | None:
        if self._since is None or self._done == self._since[1]:
            return None
        start, before = self._since
        return (time.monotonic() - start) / (self._done - before) * (self._total - self._done)


def scored(spec: Spec, work: Evaluate, rows: Sequence[Row], judging: bool = True) -> Scorecard:
    """The scorecard of these rows; without rows that may judge it says why it cannot tell."""
    measures = {name: _measures(rows, name) for name in CANDIDATES}
    comparison = _compared(rows, measures) if rows else None
    wanted = [row.wanted for row in rows]
    # A file from elsewhere judges with every row it has; the paired evidence alone then says whether they suffice.
    seen = work.rows_seen if work.split else verdict.MIN_ROWS
    if comparison is None or not judging:
        judgement = verdict.nothing(work.rows_seen)
    else:
        judgement = verdict.decide(comparison, wanted, seen)
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
        details=tuple(rows),
    )


def _measures(rows: Sequence[Row], name: str) -> dict[str, Measure]:
    if not rows:
        return {}
    return metrics.measure([Graded(row.wanted, row.answers[name], row.losses[name]) for row in rows])


def _compared(rows: Sequence[Row], measures: Mapping[str, Mapping[str, Measure]]) -> compare.Comparison:
    base, tuned = (measures[name] for name in CANDIDATES)
    return compare.Comparison(
        compare.matches([row.exact["base"] for row in rows], [row.exact["tuned"] for row in rows]),
        _difference(base["loss"], tuned["loss"]),
        _difference(base["fields"], tuned["fields"]) if "fields" in base else None,
    )


def _difference(base: Measure, tuned: Measure) -> compare.Difference:
    # Which rows a measure applies to depends on the wanted answers alone, so the values stay paired.
    return compare.difference(base.applicable, tuned.applicable, higher_is_better=base.higher_is_better)


def _candidate(name: str, measures: Mapping[str, Measure]) -> Candidate:
    return Candidate(
        name,
        {key: measure.mean for key, measure in measures.items()},
        {key: measure.interval for key, measure in measures.items()},
    )
