"""A really trained small adapter for the tiny model, as a checkpoint of a job: for tests of what uses tuned models."""

from pathlib import Path

from tests.tiny import chat_rows


def make_tuned_checkpoint(model: Path, job: Path) -> Path:
    """Trains a LoRA on the fruit-or-tool task for some seconds and keeps it under `job`; returns the checkpoint."""
    import torch
    from peft import LoraConfig, get_peft_model

    from studio.data.values import Message
    from studio.models import checkpoint, loading
    from studio.models.loss import Scorer
    from studio.models.template import encode

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = loading.load_tokenizer(model)
    rows = [encode(tokenizer, [Message(**m) for m in row["messages"]]) for row in chat_rows(80)]
    tuned = get_peft_model(
        loading.load_base(model, 1),
        LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
    ).train()
    scorer = Scorer(tuned)
    optimizer = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=3e-3)
    for step in range(120):
        start = step % 4 * 20
        loss = scorer.losses(rows[start : start + 20]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return checkpoint.write(job, 120, float(loss.detach()), lambda folder: tuned.save_pretrained(folder))
