"""Raw text: base and tuned model by loss and perplexity on texts that neither has seen."""

import math
from pathlib import Path

import pytest

from tests.evaluation.jobs import run, stored, work
from tests.tiny import chat_rows


def test_texts_are_judged_by_loss_with_the_perplexity_beside_it(
    tmp_path: Path, tiny_model: Path, tuned_checkpoint: Path
) -> None:
    rows = [{"text": f"{row['messages'][0]['content']}: {row['messages'][1]['content']}"} for row in chat_rows(60)]
    card = run(tmp_path / "job", work(stored(rows, tmp_path / "data"), tiny_model, tuned_checkpoint))
    for one in card.candidates[:2]:
        low, high = one.intervals["loss"]
        assert one.metrics["perplexity"] == pytest.approx(math.exp(one.metrics["loss"]))
        assert one.intervals["perplexity"] == pytest.approx((math.exp(low), math.exp(high)))
    assert card.decided_by == "loss"
    assert "the loss on the wanted answers" in card.sentence
