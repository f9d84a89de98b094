"""Losses of rows that begin alike: the beginning is read once, and the value is the same."""

from pathlib import Path

import pytest

from studio.data.values import Example, Message
from studio.evaluation.losses import Losses
from studio.evaluation.prompting import prompted
from studio.inference import greedy
from studio.inference.desk import Beginning
from studio.inference.generate import load
from tests.tiny import chat_rows


def test_a_beginning_that_is_shared_changes_no_loss(
    tiny_model: Path, tuned_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = load(tiny_model, {"tuned": tuned_checkpoint}, 1)
    rows = [[Message(turn["role"], turn["content"]) for turn in row["messages"]] for row in chat_rows(20)]
    shots = [Example(n, tuple(turns)) for n, turns in enumerate(rows[:2])]
    examples = [
        Example(n, (*prompted(turns[:-1], "Say what kind of thing it is, as JSON.", shots), turns[-1]))
        for n, turns in enumerate(rows[2:])
    ]
    losses = Losses(engine, examples)
    found = []
    begun = greedy.shared
    for shared in (begun, lambda network, ids: Beginning()):
        monkeypatch.setattr(greedy, "shared", shared)
        for model in ("base", "tuned"):
            found.append({row: loss for batch in losses.batches(model) for row, loss in batch.items()})
    ids = [row.ids[: row.trained.index(True)] for row in losses._rows]
    with engine.using("base") as network:
        assert begun(network, ids).length > 40
    assert found[0] == pytest.approx(found[2], rel=1e-4)
    assert found[1] == pytest.approx(found[3], rel=1e-4)
    assert found[0] != pytest.approx(found[1], rel=1e-2)
