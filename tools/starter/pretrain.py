"""Pretrains the starter over a token budget, resumable and seeded by step; phases.py says what is learnt when.

Muon (Jordan et al. 2024; torch.optim.Muon) for the matrices, AdamW for embeddings and norms. The second cycle is flat
until its last third, so a run can be given a larger or smaller budget while it is flat.
"""

import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tools.starter.measure import bits_per_byte
from tools.starter.phases import TOKENS_A_STEP, Phase, phase_at, rate_factor

SHAPE = {
    "hidden_size": 256,
    "intermediate_size": 704,
    "num_hidden_layers": 6,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}
CONTEXT = 512
MUON_RATE, ADAM_RATE = 0.02, 3e-3
LOG_EVERY, KEEP_EVERY, EVALUATE_EVERY = 50, 100, 1000


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


def batch(work: Path, phase: Phase, step: int) -> torch.Tensor:
    """(phase.rows, phase.context + 1) token ids, drawn from the parts by their shares; the same for the same step."""
    random = np.random.default_rng([17, step])
    names = list(phase.shares)
    rows = []
    for index in random.choice(len(names), size=phase.rows, p=list(phase.shares.values())):
        part = np.memmap(work / f"{names[index]}.bin", dtype=np.uint16, mode="r")
        start = random.integers(0, len(part) - phase.context - 1)
        rows.append(part[start : start + phase.context + 1].astype(np.int64))
    return torch.from_numpy(np.stack(rows))


def optimizers(model) -> list[torch.optim.Optimizer]:
    layers = list(model.model.layers.named_parameters())
    matrices = [p for _, p in layers if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.01, momentum=0.95, adjust_lr_fn="original"),
        torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def pretrain(tokenizer, work: Path, budget: int, compiled: bool = True) -> LlamaForCausalLM:
    """Trains to `budget` tokens, going on from work/state.pt when it is there; returns the model in fp32.

    compiled: with torch.compile, which takes half a minute before the first step.
    """
    torch.manual_seed(17)
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
        forget_after(work / "log.jsonl", step)
        print(f"goes on from step {step}", flush=True)
    else:
        print(f"before training: {bits_per_byte(model, work)}", flush=True)

    def loss_of(ids: torch.Tensor) -> torch.Tensor:
        hidden = model.model(input_ids=ids[:, :-1]).last_hidden_state
        logits = model.lm_head(hidden).float()
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())

    measured = torch.compile(loss_of) if compiled else loss_of
    steps = math.ceil(budget / TOKENS_A_STEP)
    started, losses = time.monotonic(), []
    while step < steps:
        factor = rate_factor(step, steps)
        groups = [group for optim in optims for group in optim.param_groups]
        for group, rate in zip(groups, base_rates, strict=True):
            group["lr"] = rate * factor
        phase = phase_at(step, steps)
        ids = batch(work, phase, step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = measured(ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optim in optims:
            optim.step()
            optim.zero_grad(set_to_none=True)
        losses.append(loss.item())
        step += 1
        if step % LOG_EVERY == 0 or step == steps:
            seconds = spent + time.monotonic() - started
            entry = {"step": step, "tokens": step * TOKENS_A_STEP, "phase": phase.name}
            entry |= {"loss": round(float(np.mean(losses)), 4), "seconds": round(seconds)}
            losses = []
            if step % EVALUATE_EVERY == 0 or step == steps:
                entry["bits_per_byte"] = bits_per_byte(model, work)
            if step % KEEP_EVERY == 0 or step == steps:
                keep(state_file, model, optims, step, seconds)
            with (work / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            print(entry, flush=True)
    return model


def keep(file: Path, model, optims: list[torch.optim.Optimizer], step: int, seconds: float) -> None:
    """Writes the state beside the old one, then takes its place, so that a kill leaves one of the two whole."""
    state = {"model": model.state_dict(), "optims": [o.state_dict() for o in optims]}
    torch.save(state | {"step": step, "seconds": seconds}, file.with_suffix(".tmp"))
    file.with_suffix(".tmp").rename(file)


def forget_after(log: Path, step: int) -> None:
    """Drops what was logged after the kept step: it will be done, and logged, again."""
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(line for line in lines if json.loads(line)["step"] <= step), encoding="utf-8")
