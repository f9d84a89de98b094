"""LoRA's fused forward says what peft's says, and a base model in half precision learns what one in single does."""

import copy
import json
from pathlib import Path

import pytest
import torch

from studio import methods, models
from studio.data.values import Example, Message
from studio.models import loading
from studio.models.loss import Scorer
from studio.training import added
from studio.training.rows import tokenise
from tests.tiny import chat_rows

SAMPLE = Path(__file__).parents[2] / "assets" / "samples" / "support_tickets.jsonl"


@pytest.fixture
def rows(tiny_model):
    tokenizer = loading.load_tokenizer(tiny_model)
    examples = [
        Example(line, tuple(Message(**turn) for turn in row["messages"])) for line, row in enumerate(chat_rows(12), 1)
    ]
    return tokenise(tokenizer, examples, 64).rows


def built(folder, learning=False, **options):
    info = models.inspect(folder)
    method = methods.get("lora")
    torch.manual_seed(0)
    model = method.build(loading.load_base(folder, 1, learning=learning), methods.validate("lora", options, info))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.05)
    return model


def learned(model, rows):
    loss = Scorer(model).losses(rows).mean()
    loss.backward()
    return loss, {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}


@pytest.mark.parametrize("scaling", ["plain", "rank-stabilised"])
def test_the_fused_forward_and_its_gradients_are_pefts(tiny_model, rows, scaling):
    model = built(tiny_model, rank=4, scaling=scaling)
    fused = copy.deepcopy(model)
    added.fuse(fused)
    wanted, gradients = learned(model, rows)
    found, same = learned(fused, rows)
    torch.testing.assert_close(found, wanted)
    torch.testing.assert_close(same, gradients)
    with fused.disable_adapter(), model.disable_adapter():
        torch.testing.assert_close(Scorer(fused).losses(rows), Scorer(model).losses(rows))


def test_what_is_no_plain_lora_keeps_its_own_forward(tiny_model):
    for options in ({"variant": "DoRA"}, {"dropout": 0.1}):
        model = built(tiny_model, **options)
        added.fuse(model)
        assert not [part for part in model.modules() if "forward" in vars(part) and type(part).__name__ == "Linear"]


def test_half_precision_learns_what_single_precision_does():
    """Validation loss within 1 %, on the starter and its sample."""
    folder = Path(models.resolve("starter").path)
    tokenizer = loading.load_tokenizer(folder)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:48]
    examples = [
        Example(line, tuple(Message(turn["role"], turn["content"]) for turn in json.loads(text)["messages"]))
        for line, text in enumerate(lines, 1)
    ]
    rows = tokenise(tokenizer, examples, 256).rows
    losses = []
    for learning in (False, True):
        model = built(folder, learning, rank=8)
        added.fuse(model)
        scorer = Scorer(model)
        optimizer = torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=2e-3)
        before = scorer.losses(rows[40:]).mean().item()
        for first in range(0, 40, 8):
            scorer.losses(rows[first : first + 8]).mean().backward()
            optimizer.step()
            optimizer.zero_grad()
        losses.append(scorer.losses(rows[40:]).mean().item())
        assert losses[-1] < 0.9 * before
    assert losses[1] == pytest.approx(losses[0], rel=0.01)
