"""Verdicts after real training: on good data, on shuffled answers, and on twelve rows."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from studio.evaluation.entrants import Entrant
from studio.jobs.spec import Source
from studio.models import checkpoint
from tests.evaluation.jobs import rivals, run, stored, work
from tests.tiny import chat_rows
from tests.tuned import make_tuned_checkpoint


@pytest.fixture(scope="module")
def shuffled_checkpoint(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained on answers dealt out at random over the questions."""
    rows = chat_rows(80)
    answers = [row["messages"][1] for row in rows]
    random.Random(3).shuffle(answers)
    mixed = [{"messages": [row["messages"][0], answer]} for row, answer in zip(rows, answers, strict=True)]
    return make_tuned_checkpoint(tiny_model, tmp_path_factory.mktemp("jobs") / "shuffled", mixed)


def test_good_data_is_better_and_a_rival_says_whether_it_was_needed(
    tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path
) -> None:
    rows = stored(chat_rows(120), tmp_path / "data")
    card = run(tmp_path / "job", work(rows, tiny_model, tuned_checkpoint, candidates=rivals()))
    assert card.verdict == "better"
    assert [one.name for one in card.candidates] == ["base", "tuned", "frequent", "nearest", "logistic"]
    by_name = {one.name: one for one in card.candidates}
    # The thing itself stands in the question, so word counts tell the kind as well as any model.
    assert by_name["logistic"].metrics["exact_match"] >= by_name["tuned"].metrics["exact_match"]
    assert card.needed == "no"
    assert "Tuning was not needed: a simple rival" in card.sentence
    assert by_name["tuned"].tokens > 3
    assert by_name["tuned"].seconds > 0
    assert {one["name"] for one in card.comparisons} == {"base", "frequent", "nearest", "logistic"}


def test_shuffled_answers_are_no_better_than_the_most_frequent_one(
    tmp_path: Path, tiny_model: Path, shuffled_checkpoint: Path
) -> None:
    rows = stored(chat_rows(200)[80:], tmp_path / "data")
    what = work(rows, tiny_model, shuffled_checkpoint, split=False, candidates=rivals())
    card = run(tmp_path / "job", what)
    found = {one["name"]: one for one in card.comparisons}
    assert found["frequent"]["evidence"] != "better", "it says one of two answers at random"
    assert card.needed == "no"
    assert "Tuning was not needed" in card.sentence


def test_another_run_that_learned_more_is_told(
    tmp_path: Path, tiny_model: Path, shuffled_checkpoint: Path, tuned_checkpoint: Path
) -> None:
    rows = stored(chat_rows(200)[80:], tmp_path / "data")
    what = work(rows, tiny_model, shuffled_checkpoint, split=False)
    good = Source(str(tuned_checkpoint), checkpoint.fingerprint(tuned_checkpoint))
    other = Entrant("tuned-good", "tuned", "Trained well", what.model, good)
    card = run(tmp_path / "job", replace(what, candidates=[other.as_json()]))
    [against] = [one for one in card.comparisons if one["name"] == "tuned-good"]
    assert against["wins"] < against["losses"]
    assert "Trained well" in card.sentence


def test_nothing_is_learned_from_answers_dealt_out_at_random(tmp_path: Path, tiny_model: Path) -> None:
    answers = [f'{{"place": "{number * 37 % 1000}"}}' for number in range(120)]
    rows = [
        {"messages": [row["messages"][0], {"role": "assistant", "content": answer}]}
        for row, answer in zip(chat_rows(120), answers, strict=True)
    ]
    mixed = [dict(row, messages=list(row["messages"])) for row in rows[:80]]
    for row, answer in zip(mixed, random.Random(5).sample(answers[:80], 80), strict=True):
        row["messages"][1] = {"role": "assistant", "content": answer}
    tuned = make_tuned_checkpoint(tiny_model, tmp_path / "run", mixed)
    card = run(tmp_path / "job", work(stored(rows[80:], tmp_path / "data"), tiny_model, tuned, split=False))
    assert (card.rows, card.verdict) == (40, "cannot tell")
    tuned_scores = card.candidates[1].metrics
    assert tuned_scores["json_valid"] > 0.5, "it learned the form"
    assert tuned_scores["exact_match"] < 0.1


def test_twelve_rows(tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path) -> None:
    good = chat_rows(32)
    won = run(tmp_path / "won", work(stored(good, tmp_path / "d1"), tiny_model, tuned_checkpoint, split=False))
    right = [row.line - 1 for row in won.details if row.exact["tuned"] and not row.exact["base"]][:12]
    assert len(right) == 12
    twelve = [good[place] for place in right]
    card = run(tmp_path / "twelve", work(stored(twelve, tmp_path / "d2"), tiny_model, tuned_checkpoint, split=False))
    assert (card.rows, card.verdict) == (12, "better")
    assert card.comparison["matches"]["gained"] == 12
    for row in twelve[2:]:
        row["messages"][1]["content"] = '{"kind": "neither of them"}'
    card = run(tmp_path / "two", work(stored(twelve, tmp_path / "d3"), tiny_model, tuned_checkpoint, split=False))
    assert (card.rows, card.verdict) == (12, "cannot tell")
    assert card.comparison["matches"]["gained"] == 2
    assert "Cannot tell with 12 rows" in card.sentence
    assert "test rows of this kind would do" in card.sentence
