"""What an evaluation job does: all candidates on the same rows, then scorecard and verdict. What they said is kept as
it comes, so that another evaluation goes on where this one was ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio import data, models
from studio.data.values import Example
from studio.errors import DataError, JobError, ModelError
from studio.evaluation import entrants, forgetting, hosted, judge, rounds, scorecard, scoring
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import Entrant
from studio.evaluation.judge import Judged
from studio.evaluation.said import Kept, Said
from studio.evaluation.scorecard import Row
from studio.evaluation.scoring import Judging
from studio.evaluation.ticker import Stopped, Ticker
from studio.hosted.price import dollars
from studio.jobs.events import Note, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Source, Spec
from studio.models import checkpoint
from studio.models import labels as labelling


def run(folder: Path, spec: Spec, journal: Journal, secrets: Mapping[str, str]) -> None:
    """Evaluates as the spec says and journals it to the last word (finished or stopped).

    secrets: keys of the models elsewhere, by the names the entrants give. Raises StudioError in the user's words for
    whatever keeps it from judging.
    """
    work = spec.work
    if not isinstance(work, Evaluate):
        raise JobError("This job is not an evaluation.", "Start it again from the Evaluate tab.")
    chosen, examples, judging = verified(work)
    who = entrants.of(work)
    labels = None if work.hosted else labelling.read(Path(work.checkpoint.path))
    journal.append(State("running"))
    said: dict[str, list[Said]] = {}
    rows: list[Row] = []
    verdict: Judged | None = None
    general: dict[str, Any] | None = None
    try:
        if examples:
            asked = _contest(folder, work, chosen, examples, journal, secrets, who)
            said = rounds.said(who, asked)
            rows = scoring.rows_of(chosen, examples, said)
            verdict, rows = _judged(work, asked, who, rows) if work.judge else (None, rows)
            general = _general(work, asked) if work.general else None
        card = scoring.scored(spec, Judging(work, who, judging, labels), rows, said)
        card = replace(card, judge=asdict(verdict) if verdict else None, general=general)
    except Stopped:
        journal.append(
            Note("The evaluation was stopped before all rows were judged, so there is no verdict; answers are kept.")
        )
        journal.append(State("stopped"))
        return
    _tell_costs(who, said, journal)
    scorecard.save(card, folder)
    journal.append(Result(card.result()))
    journal.append(State("finished"))


def _judged(work: Evaluate, asked: Contest, who: Sequence[Entrant], rows: list[Row]) -> tuple[Judged, list[Row]]:
    """The judge's verdict, and the rows with its word on each."""
    told = {name: value for name, value in work.judge.items() if name not in ("secret", "price")}
    mark = who[0].mark(data=asked.data, tuned=who[1].mark(), judge=told)
    verdict, preferred = judge.judged(work.judge, rows, asked.secrets, asked.kept, asked.ticker, mark)
    return verdict, [replace(row, judged=value) for row, value in zip(rows, preferred, strict=True)]


def _general(work: Evaluate, asked: Contest) -> dict[str, Any]:
    """What the tuned model forgot; kept like an answer."""

    def check(left: list[int]) -> Iterator[dict[int, Any]]:
        from studio.inference.generate import load

        engine = load(Path(work.model.path), {"tuned": Path(work.checkpoint.path)}, work.threads)
        yield {0: forgetting.checked(engine).as_json()}

    asked.ticker.tell("Both models read general texts")
    mark = f"general {work.model.fingerprint} {work.checkpoint.fingerprint}"
    return dict(next(asked.kept.through(mark, [0], check))[0])


def _contest(
    folder: Path,
    work: Evaluate,
    chosen: Sequence[int],
    examples: Sequence[Example],
    journal: Journal,
    secrets: Mapping[str, str],
    who: Sequence[Entrant],
) -> Contest:
    pairs = all(example.rejected for example in examples)
    passes = rounds.passes(who, pairs=pairs) + (2 if work.judge else 0)
    ticker = Ticker(folder, journal, len(examples) * passes)
    return Contest(
        examples=examples,
        numbers=chosen,
        data=work.data.fingerprint,
        training=learned(work.learned),
        answers=[example.answer for example in examples],
        threads=work.threads,
        secrets=secrets,
        kept=Kept(folder, [Path(one.path) for one in work.earlier]),
        ticker=ticker,
        learned=work.learned[1].fingerprint if work.learned else "",
    )


def verified(work: Evaluate) -> tuple[list[int], list[Example], bool]:
    """Numbers and contents of the rows to compare on, if everything is still what the spec names; and whether they may
    judge: without a test part the validation rows are shown, but they steered the training."""
    for source in filter(None, (work.data, work.split)):
        unchanged(source)
    if models.inspect(Path(work.model.path)).fingerprint != work.model.fingerprint:
        raise ModelError(
            f"The base model {work.model_name} was changed since the run was trained.",
            "Train again on the model as it is now.",
        )
    if not work.hosted:
        whole(work.checkpoint)
    for one in entrants.of(work):
        if one.checkpoint and one.checkpoint != work.checkpoint:
            whole(one.checkpoint)
    examples = data.load_examples(Path(work.data.path))
    if work.split is None:
        return list(range(len(examples))), examples, True
    split = data.load_split(Path(work.split.path))
    chosen = list(split.test or split.validation)
    return chosen, [examples[number] for number in chosen], bool(split.test)


def unchanged(source: Source) -> None:
    """DataError when the file is not what it was."""
    if not Path(source.path).is_file() or data.fingerprint(Path(source.path)) != source.fingerprint:
        raise DataError(
            "The data set was changed or removed since the evaluation was set up.", "Start the evaluation again."
        )


def whole(source: Source) -> None:
    """JobError when the checkpoint is damaged or not what it was."""
    place = Path(source.path)
    checkpoint.verify(place)
    if checkpoint.fingerprint(place) != source.fingerprint:
        raise JobError("The run's checkpoint has changed meanwhile.", "Start the evaluation again.")


def learned(sources: Sequence[Source]) -> list[Example]:
    """The rows that a run was trained on (rows and split); none where they are not told."""
    if not sources:
        return []
    for source in sources:
        unchanged(source)
    rows, split = sources
    examples = data.load_examples(Path(rows.path))
    return [examples[number] for number in data.load_split(Path(split.path)).training]


def _tell_costs(who: Sequence[Entrant], said: Mapping[str, Sequence[Said]], journal: Journal) -> None:
    for one in who:
        answers = said.get(one.id, ())
        if one.hosted and answers:
            read, written = sum(a.read for a in answers), sum(a.tokens for a in answers)
            cost = hosted.cost(one, answers)
            price = "" if cost is None else f", which cost about {dollars(cost)}"
            journal.append(Note(f"{one.title}: {read:,} tokens read and {written:,} written{price}."))
