"""Preference rows: who prefers the better answer, how surely, and what the verdict says of it."""

from pathlib import Path

from studio.evaluation.metrics import measure
from studio.evaluation.metrics.base import Graded
from tests.evaluation.jobs import progress, run, stored, work
from tests.tiny import chat_rows


def pairs(count: int, *, swapped: bool = False) -> list[dict]:
    """Fruit or tool as pairs: the right answer and the wrong one; swapped: the wrong one is called the better."""
    rows = []
    for row in chat_rows(count):
        asked, answer = (turn["content"] for turn in row["messages"])
        other = answer.replace("fruit", "_").replace("tool", "fruit").replace("_", "tool")
        better, worse = (other, answer) if swapped else (answer, other)
        rows.append({"prompt": asked, "chosen": better, "rejected": worse})
    return rows


def test_a_pair_counts_when_the_better_answer_is_likelier() -> None:
    found = measure([Graded("a", "b", 0.7, worse=1.2), Graded("a", "b", 1.2, worse=0.7)])["prefers"]
    assert found.values == (1.0, 0.0)
    assert found.interval[0] < 0.5 < found.interval[1]
    assert "prefers" not in measure([Graded("a", "b", 0.7)]), "there is no other answer"


def test_a_model_that_knows_the_task_prefers_the_right_answers(
    tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path
) -> None:
    rows = stored(pairs(80), tmp_path / "data")
    card = run(tmp_path / "job", work(rows, tiny_model, tuned_checkpoint, split=False))
    base, tuned = card.candidates[:2]
    assert tuned.metrics["prefers"] > 0.8
    low, high = tuned.intervals["prefers"]
    assert base.metrics["prefers"] < low < tuned.metrics["prefers"] <= high
    liked = sum(row.losses["tuned"] < row.worse["tuned"] for row in card.details)
    assert (card.verdict, card.decided_by, card.comparison["pairs"]["tuned"]) == ("better", "prefers", liked)
    assert card.sentence.startswith(f"Better: of 80 test pairs the tuned model prefers the better answer in {liked}")
    assert "Tuned model reads the worse answers" in progress(tmp_path / "job")


def test_a_model_that_learned_the_opposite_is_worse(tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path) -> None:
    rows = stored(pairs(80, swapped=True), tmp_path / "data")
    card = run(tmp_path / "job", work(rows, tiny_model, tuned_checkpoint, split=False))
    assert (card.verdict, card.decided_by) == ("worse", "prefers")
