"""Really tuned tiny models, as checkpoints of jobs: for tests of what uses tuned models."""

from pathlib import Path
from typing import Any

from tests.tiny import chat_rows


def make_tuned_checkpoint(model: Path, job: Path, rows: list[dict] | None = None) -> Path:
    """Trains a LoRA on the fruit-or-tool task (or these 80 rows) for some seconds and keeps it under `job`; returns the
    checkpoint."""
    from peft import LoraConfig, get_peft_model

    from studio.models import checkpoint, loading

    tuned = get_peft_model(
        loading.load_base(model, 1),
        LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    loss = _teach(model, tuned, 3e-3, rows)
    return checkpoint.write(job, 120, loss, lambda folder: tuned.save_pretrained(folder))


def make_full_checkpoint(model: Path, job: Path) -> Path:
    """The same task taught to every weight of the model; the checkpoint is a whole model."""
    from studio.methods.full import Full
    from studio.models import checkpoint, loading

    tuned = Full().build(loading.load_base(model, 1), None)
    loss = _teach(model, tuned, 2e-3)

    def save(folder: Path) -> None:
        Full().save(tuned, folder, "tiny")
        loading.copy_tokenizer(model, folder)

    return checkpoint.write(job, 120, loss, save)


def make_classifier_checkpoint(base: Path, job: Path, rate: float = 1e-3) -> Path:
    """A tiny model taught to tell fruit from tool, by the studio's own training."""
    from studio import methods, models
    from studio.jobs.journal import Journal
    from studio.models import checkpoint
    from studio.training import body, labels
    from tests.tiny_encoder import labelled

    info, method = models.inspect(base, name=f"tiny {base.name}"), methods.get("classifier")
    options = methods.validate("classifier", {"epochs": 20, "learning_rate": rate, "word_dropout": 0.0}, info)
    rows = labelled(80)
    ready = labels.told(info, method, options, rows[:64], rows[64:])
    job.mkdir()
    with Journal(job) as journal:
        body.looped(job, journal, ready, method, options).run()
    return checkpoint.best(job)


def _teach(model: Path, tuned: Any, rate: float, rows: list[dict] | None = None) -> float:
    """120 steps on the fruit-or-tool task or on these rows; the last loss."""
    import torch

    from studio.data.values import Message
    from studio.models import loading
    from studio.models.loss import Scorer
    from studio.models.template import encode

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = loading.load_tokenizer(model)
    read = [encode(tokenizer, [Message(**m) for m in row["messages"]]) for row in rows or chat_rows(80)]
    scorer = Scorer(tuned.train())
    optimizer = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=rate)
    for step in range(120):
        start = step % 4 * 20
        loss = scorer.losses(read[start : start + 20]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(loss.detach())
