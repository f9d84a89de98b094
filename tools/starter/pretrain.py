"""Pretrains the starter: a WSD schedule over a token budget, resumable, seeded by step.

Muon (Jordan et al. 2024; torch.optim.Muon) for the matrices, AdamW for embeddings and norms. The schedule is
flat until the last quarter of the budget, so a run can be given a larger or smaller budget while it is flat.
"""

import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tools.starter.corpus import PARTS
from tools.starter.measure import bits_per_byte

SHAPE = {
    "hidden_size": 256,
    "intermediate_size": 704,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}
CONTEXT = 512
ROWS = 8
MUON_RATE, ADAM_RATE = 0.02, 3e-3
WARMUP, DECAY = 0.02, 0.30
EVALUATE_EVERY, KEEP_EVERY = 500, 100


def new_model(tokenizer) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            **SHAPE,
        )
    )


def batch(parts: list[np.ndarray], step: int) -> torch.Tensor:
    """(ROWS, CONTEXT + 1) token ids, drawn from the parts by their shares; the same for the same step."""
    random = np.random.default_rng([17, step])
    chosen = random.choice(len(parts), size=ROWS, p=[part.share for part in PARTS])
    rows = []
    for index in chosen:
        start = random.integers(0, len(parts[index]) - CONTEXT - 1)
        rows.append(parts[index][start : start + CONTEXT + 1].astype(np.int64))
    return torch.from_numpy(np.stack(rows))


def rate_factor(progress: float) -> float:
    """Warm-up, flat, then linear to zero over the last DECAY of the budget (progress in 0..1)."""
    if progress < WARMUP:
        return progress / WARMUP
    return min(1.0, max(0.0, (1 - progress) / DECAY))


def optimizers(model) -> list[torch.optim.Optimizer]:
    layers = list(model.model.layers.named_parameters())
    matrices = [p for _, p in layers if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.01, momentum=0.95, adjust_lr_fn="original"),
        torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def pretrain(tokenizer, work: Path, budget: int) -> LlamaForCausalLM:
    """Trains to `budget` tokens, going on from work/state.pt when it is there; returns the model in fp32."""
    torch.manual_seed(17)
    parts = [np.memmap(work / f"{part.file}.bin", dtype=np.uint16, mode="r") for part in PARTS]
    model = new_model(tokenizer)
    optims = optimizers(model)
    base_rates = [group["lr"] for optim in optims for group in optim.param_groups]
    step, spent = 0, 0.0
    state_file = work / "state.pt"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True)
        model.load_state_dict(state["model"])
        for optim, saved in zip(optims, state["optims"], strict=True):
            optim.load_state_dict(saved)
        step, spent = state["step"], state["seconds"]
        print(f"goes on from step {step}", flush=True)
    else:
        print(f"before training: {bits_per_byte(model, work)}", flush=True)
    log = (work / "log.jsonl").open("a", encoding="utf-8")
    forward = torch.compile(model)
    steps = math.ceil(budget / (ROWS * CONTEXT))
    started, losses = time.monotonic(), []
    while step < steps:
        factor = rate_factor((step + 1) / steps)
        groups = [group for optim in optims for group in optim.param_groups]
        for group, rate in zip(groups, base_rates, strict=True):
            group["lr"] = rate * factor
        ids = batch(parts, step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = forward(input_ids=ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optim in optims:
            optim.step()
            optim.zero_grad(set_to_none=True)
        losses.append(loss.item())
        step += 1
        if step % 50 == 0 or step == steps:
            seconds = spent + time.monotonic() - started
            entry = {"step": step, "tokens": step * ROWS * CONTEXT, "loss": round(float(np.mean(losses)), 4)}
            entry["seconds"] = round(seconds)
            losses = []
            if step % EVALUATE_EVERY == 0 or step == steps:
                entry["bits_per_byte"] = bits_per_byte(model, work)
            if step % KEEP_EVERY == 0 or step == steps:
                state = {"model": model.state_dict(), "optims": [o.state_dict() for o in optims]}
                torch.save(state | {"step": step, "seconds": seconds}, state_file.with_suffix(".tmp"))
                state_file.with_suffix(".tmp").rename(state_file)
            log.write(json.dumps(entry) + "\n")
            log.flush()
            print(entry, flush=True)
    return model
