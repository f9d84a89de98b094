"""Our scores are those of the libraries of the field, and intervals cover the truth about as often as they promise."""

import os
import random

import numpy as np
import pytest

from studio.evaluation.compare import against, matches, rows_for_difference, rows_for_evidence
from studio.evaluation.compare import difference as compared
from studio.evaluation.intervals import bootstrap_mean, wilson
from studio.evaluation.metrics import METRICS, TITLES, measure, title_of
from studio.evaluation.metrics.base import Graded, Measure
from studio.evaluation.metrics.calibration import BINS, error
from studio.evaluation.metrics.form import refuses
from studio.evaluation.metrics.overlap import bleu, chrf, rouge_l
from studio.evaluation.metrics.words import f1, normalised
from studio.models import labels as labelling

PAIRS = [
    (
        "The parcel will arrive on Monday, we are sorry for the delay.",
        "Your parcel arrives on Monday; sorry for the delay.",
    ),
    ("Please restart the device and try again.", "Restart the device, then try again."),
    ("I do not know.", "The invoice was sent to you on the third of May."),
    ("", "Nothing of this was said by anyone here."),
    ("The cat sat on the mat.", "The cat sat on the mat."),
]


def test_wording_scores_are_those_of_rouge_score_and_sacrebleu() -> None:
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    answers, wanted = [list(side) for side in zip(*PAIRS, strict=True)]
    scorer = RougeScorer(["rougeL"])
    assert rouge_l(PAIRS) == [scorer.score(w, a)["rougeL"].fmeasure for a, w in PAIRS]
    assert chrf(PAIRS) == pytest.approx([CHRF().sentence_score(a, [w]).score / 100 for a, w in PAIRS])
    value, (low, high) = bleu(PAIRS)
    assert value == pytest.approx(BLEU().corpus_score(answers, [wanted]).score / 100)
    assert low <= value <= high
    found = measure([Graded(w, a, None) for a, w in PAIRS])
    assert found["rouge_l"].mean == pytest.approx(np.mean([scorer.score(w, a)["rougeL"].fmeasure for a, w in PAIRS]))


def test_label_scores_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

    chance = random.Random(4)
    names = ["billing", "login", "other", "shipping"]
    wanted = [chance.choice(names) for _ in range(200)]
    told = [one if chance.random() < 0.7 else chance.choice(names) for one in wanted]
    rows = [Graded(w, t, None, (w,), (t,)) for w, t in zip(wanted, told, strict=True)]
    found = measure(rows)
    assert found["accuracy"].mean == pytest.approx(accuracy_score(wanted, told))
    assert found["macro_f1"].mean == pytest.approx(f1_score(wanted, told, average="macro"))
    table = labelling.tally([[w] for w in wanted], [[t] for t in told])
    precision, recall, each, count = precision_recall_fscore_support(wanted, told, labels=names)
    for place, one in enumerate(table):
        assert (one.precision, one.recall, one.f1, one.wanted) == pytest.approx(
            (precision[place], recall[place], each[place], count[place])
        )
    assert confusion_matrix(wanted, told).trace() == round(200 * found["accuracy"].mean)


def test_calibration_is_that_of_scikit_learns_bins() -> None:
    from sklearn.calibration import calibration_curve

    generator = np.random.default_rng(2)
    sure = generator.uniform(0.3, 0.999, 400)
    right = (generator.random(400) < sure**2).astype(float)
    true, stated = calibration_curve(right, sure, n_bins=BINS)
    counts = [c for c in np.histogram(sure, BINS, (0, 1))[0] if c]
    assert error(sure, right, np.ones(400)) == pytest.approx(np.average(np.abs(true - stated), weights=counts))
    rows = [Graded("a", "a", None, ("a",), ("a" if one else "b",), (("a", 0.9),)) for one in (1, 0) * 20]
    assert measure(rows)["calibration_error"].mean == pytest.approx(0.4)


def test_words_form_and_refusals() -> None:
    assert normalised(" The  PARCEL, is “late”! ") == "the parcel is late"
    assert f1("the parcel was late", "The parcel is late.") == 0.75
    assert f1("", "") == 1.0
    assert refuses("I'm sorry, but I cannot help with that.")
    assert not refuses("Sorting takes a minute. I am sorry for the delay.")
    rows = [Graded(w, a, None) for w, a in [("a", "a"), ("b", "B!"), ("a", "c"), ("b", "b")]]
    found = measure(rows)
    assert found["format"].values == (1.0, 0.0, 0.0, 1.0)
    assert found["exact_normalised"].values == (1.0, 1.0, 0.0, 1.0)
    assert found["length"].higher_is_better is None
    cut = measure([Graded("{}", '{"a": 1}', None, cut=True), Graded("{}", "{}", None)])
    assert cut["format"].values == (0.0, 1.0)


def test_every_measure_has_a_title() -> None:
    rows = [Graded(w, a, 0.5, preferred=0.5) for a, w in PAIRS]
    assert set(measure(rows)) <= set(TITLES)
    assert title_of("field.area") == "area right"
    assert len({metric.id for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize(("truth", "rows"), [(0.2, 50), (0.5, 60), (0.7, 100), (0.9, 200), (0.35, 500)])
def test_wilson_covers_93_to_97_percent_of_1000_sets(truth: float, rows: int) -> None:
    generator = np.random.default_rng(11)
    inside = sum(
        low <= truth <= high
        for low, high in (wilson(int(one), rows) for one in generator.binomial(rows, truth, size=1000))
    )
    assert 930 <= inside <= 970


@pytest.mark.parametrize("kind", ["normal", "share of fields", "skewed"])
@pytest.mark.parametrize("rows", [50, 200] if os.environ.get("SOAK") else [50])
def test_the_bootstrap_covers_93_to_97_percent_of_1000_sets(kind: str, rows: int) -> None:
    generator = np.random.default_rng(7)
    size = (1000, rows)
    sets, truth = {
        "normal": lambda: (generator.normal(1.5, 0.7, size), 1.5),
        "share of fields": lambda: (generator.binomial(3, 0.6, size) / 3, 0.6),
        "skewed": lambda: (generator.gamma(4.0, 0.25, size), 1.0),
    }[kind]()
    inside = sum(low <= truth <= high for low, high in (bootstrap_mean(one.tolist()) for one in sets))
    assert 930 <= inside <= 970


def test_how_many_rows_would_do() -> None:
    few = matches([True] * 5 + [False] * 18, [True] * 8 + [False] * 15)
    assert few.evidence == "none"
    needed = rows_for_evidence(few)
    assert needed is not None
    assert 40 < needed < 80
    step = compared([1.0, 1.4, 0.7, 1.2, 0.9, 1.1, 1.0], [0.9, 1.3, 0.8, 1.0, 0.95, 1.0, 1.02], higher_is_better=False)
    assert step.evidence == "none"
    assert rows_for_difference(step) > 7
    assert rows_for_difference(compared([1.0, 2.0] * 4, [2.0, 1.0] * 4, higher_is_better=False)) is None


def test_one_against_another_by_shares_and_by_means() -> None:
    def of(values: list[float], share: bool) -> Measure:
        return Measure("m", tuple(values), higher_is_better=True, share=share)

    won = against("nearest", of([1.0] * 12, True), of([0.0] * 12, True))
    assert (won.wins, won.losses, won.ties, won.evidence) == (12, 0, 0, "better")
    same = against("nearest", of([1, 0] * 6, True), of([0, 1] * 6, True))
    assert same.as_good
    means = against("x", of([0.5 + n / 100 for n in range(12)], False), of([0.2 + n / 90 for n in range(12)], False))
    assert (means.evidence, means.p) == ("better", None)
    lower = Measure("loss", (1.0,) * 8, higher_is_better=False, share=False)
    assert against("y", lower, Measure("loss", (2.0, 1.9, 2.2, 2.1) * 2, False, False)).wins == 8
