"""Judging labels: a really trained classifier beside the most frequent label; the table; macro F1 with its interval."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.data.values import Example
from studio.errors import DataError
from studio.evaluation import entrants, labelled, rounds, scorecard, scoring
from studio.evaluation.contest import Contest
from studio.evaluation.intervals import bootstrap_macro_f1
from studio.evaluation.metrics import measure
from studio.evaluation.metrics.base import Graded
from studio.evaluation.said import Kept, Said
from studio.evaluation.scorecard import Row
from studio.evaluation.scoring import Judging
from studio.evaluation.ticker import Ticker
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate, Source, Spec
from studio.models import checkpoint
from studio.models import labels as labelling
from tests.tiny_encoder import labelled as texts

Judge = Callable[[list[Example]], list[Row]]


@pytest.fixture
def work(classifier_checkpoint: Path, tiny_encoder: Path) -> Evaluate:
    return Evaluate(
        data=Source("rows", "d"),
        split=Source("split", "s"),
        model=Source(str(tiny_encoder), "m"),
        model_name="tiny encoder",
        checkpoint=Source(str(classifier_checkpoint), checkpoint.fingerprint(classifier_checkpoint)),
        train_job="train-1",
        rows_seen=80,
        threads=1,
    )


@pytest.fixture
def said() -> dict[str, list[Said]]:
    return {}


@pytest.fixture
def judge(work: Evaluate, tmp_path: Path, said: dict[str, list[Said]]) -> Judge:
    def run(examples: list[Example]) -> list[Row]:
        who = entrants.of(work)
        with Journal(tmp_path) as journal:
            asked = Contest(
                examples=examples,
                numbers=range(len(examples)),
                data="d",
                training=[],
                answers=[],
                threads=1,
                secrets={},
                kept=Kept(tmp_path),
                ticker=Ticker(tmp_path, journal, 2 * len(examples)),
            )
            said.update(rounds.said(who, asked))
        return scoring.rows_of(range(len(examples)), examples, said)

    return run


def test_a_classifier_against_the_most_frequent_label(
    judge: Judge, work: Evaluate, tmp_path: Path, said: dict[str, list[Said]]
) -> None:
    rows = judge(texts(80)[40:])
    known = labelling.read(Path(work.checkpoint.path))
    spec = Spec("evaluate-1", "evaluate", "Evaluation", "2026-01-01T00:00:00Z", work)
    card = scoring.scored(spec, Judging(work, entrants.of(work), True, known), rows, said)
    base, tuned = card.candidates
    assert base.metrics["accuracy"] == 0.5
    assert tuned.metrics["accuracy"] == tuned.metrics["exact_match"] > 0.85
    assert tuned.metrics["macro_f1"] > 0.85 > base.metrics["macro_f1"]
    low, high = tuned.intervals["macro_f1"]
    assert low <= tuned.metrics["macro_f1"] <= high
    assert tuned.metrics["loss"] < base.metrics["loss"] == pytest.approx(0.69, abs=0.05)
    assert card.verdict == "better"
    assert f"always saying the most frequent label, {known.most_frequent}, gets 20" in card.sentence
    assert card.guess == known.most_frequent
    assert [entry["label"] for entry in card.labels.labels] == ["fruit", "tool"]
    assert sum(entry["tuned"]["right"] for entry in card.labels.labels) == round(40 * tuned.metrics["accuracy"])
    assert sum(one["rows"] for one in card.labels.taken) == 40 - round(40 * tuned.metrics["accuracy"])
    scorecard.save(card, tmp_path)
    loaded = scorecard.load(tmp_path)
    assert (loaded.labels, loaded.guess, loaded.details) == (card.labels, card.guess, card.details)
    assert {"labels", "taken"} <= set(card.result())
    assert 0 <= tuned.metrics["calibration_error"] < 0.5
    assert "calibration_error" not in base.metrics or base.metrics["calibration_error"] < 0.1


def test_rows_without_labels_cannot_judge_a_classifier(judge: Judge) -> None:
    bare = [Example(example.line, example.messages) for example in texts(10)]
    with pytest.raises(DataError, match="have none"):
        judge(bare)


def row(wanted: tuple[str, ...], answer: str) -> Row:
    said = labelling.written(wanted)
    return Row(0, 1, (), said, dict.fromkeys(scorecard.CANDIDATES, answer), {}, {}, wanted)


def test_what_a_model_wrote_is_read_as_labels() -> None:
    rows = [row(("a",), "a"), row(("a",), "b"), row(("b",), "a "), row(("b",), "I think b")]
    table = labelled.table(rows)
    assert [entry["tuned"]["right"] for entry in table.labels] == [1, 0]
    assert {(one["wanted"], one["answered"]): one["rows"] for one in table.taken} == {
        ("a", "b"): 1,
        ("b", "a"): 1,
        ("b", "I think b"): 1,
    }
    assert labelled.table([*rows, Row(0, 1, (), "x", {}, {}, {})]) is None
    several = labelled.table([row(("a", "b"), "b, a"), row(("a",), "a, b")])
    assert several.taken == ()
    assert [entry["tuned"]["precision"] for entry in several.labels] == [1.0, 0.5]


def test_measures_of_labels() -> None:
    graded = [Graded("ham", "ham", 0.1, ("ham",), ("ham",))] * 9 + [Graded("spam", "ham", 3.0, ("spam",), ("ham",))]
    found = measure(graded)
    assert found["accuracy"].mean == 0.9
    assert found["macro_f1"].mean == pytest.approx(18 / 19 / 2)
    assert "accuracy" not in measure([Graded("ham", "ham", 0.1)])


def test_the_interval_of_macro_f1() -> None:
    wanted = [["a"], ["b"]] * 50
    assert bootstrap_macro_f1(wanted, wanted) == (1.0, 1.0)
    told = [["a"], ["a"]] * 25 + wanted[50:]
    low, high = bootstrap_macro_f1(wanted, told)
    assert low < labelling.macro_f1(wanted, told) < high
    assert high - low < 0.3
    assert bootstrap_macro_f1([["a"]], [["a"]]) == (1.0, 1.0)
