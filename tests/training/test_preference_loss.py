"""The loss of learning from preferences is that of TRL's DPOTrainer on the same pairs and weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from studio import methods, models
from studio.data.values import Example, Message
from studio.models import loading
from studio.training import body
from tests.tiny import chat_rows


def pairs() -> list[Example]:
    rows = [tuple(Message(**turn) for turn in row["messages"]) for row in chat_rows(6)]
    return [Example(n, turns, rejected=(replace(turns[-1], content="no idea"),)) for n, turns in enumerate(rows)]


@pytest.mark.filterwarnings("ignore")
def test_loss_and_gradients_are_those_of_trl(tiny_model: Path, tmp_path: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM
    from trl import DPOConfig, DPOTrainer

    info, method = models.inspect(tiny_model, name="tiny"), methods.get("preference")
    options: Any = methods.validate("preference", {"beta": 0.3, "answer_weight": 0.4}, info)
    ready = body.PREPARE[method.teaches](info, method, options, pairs(), pairs())
    network = ready.lesson.model
    config = DPOConfig(
        output_dir=str(tmp_path),
        beta=options.beta,
        loss_type=["sigmoid", "sft"],
        loss_weights=[1.0, options.answer_weight],
        report_to=[],
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
    )
    written = Dataset.from_list([{"prompt": "a", "chosen": "b", "rejected": "c"}])
    tokenizer = loading.load_tokenizer(tiny_model)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    peer = DPOTrainer(network, base, config, train_dataset=written, processing_class=tokenizer)
    network.eval()
    trained = {name: weight for name, weight in network.named_parameters() if "default" in name}
    with torch.no_grad():
        for weight in trained.values():
            weight.add_(0.05 * torch.randn_like(weight))

    def found(loss: torch.Tensor) -> tuple[float, torch.Tensor]:
        network.zero_grad()
        loss.backward()
        return loss.item(), torch.cat([weight.grad.flatten() for weight in trained.values()])

    for weight in trained.values():
        # TRL has frozen what it was given.
        weight.requires_grad_(True)
    for pair in ready.rows:
        ours, gradient = found(ready.lesson.loss([pair]))
        theirs, other = found(peer.compute_loss(network, together([pair.better, pair.worse])))
        assert ours == pytest.approx(theirs, rel=1e-4)
        assert torch.allclose(gradient, other, rtol=1e-3, atol=1e-5)
        assert gradient.abs().max() > 0


def together(rows: list[Any]) -> dict[str, torch.Tensor]:
    """As TRL's collator lays out the better and the worse answer."""
    longest = max(len(row.ids) for row in rows)
    return {
        name: torch.tensor([[int(value) for value in values(row)] + [0] * (longest - len(row.ids)) for row in rows])
        for name, values in (
            ("input_ids", lambda row: row.ids),
            ("attention_mask", lambda row: [1] * len(row.ids)),
            ("completion_mask", lambda row: row.trained),
        )
    }
