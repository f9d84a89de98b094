"""Pretrains the starter encoder: a small BERT that guesses masked words and tells which texts belong together.

The masked-language objective (Devlin et al. 2018) teaches words; the contrastive one (InfoNCE with the other pairs of
the batch as negatives; van den Oord et al. 2018) teaches sentences, on the same pooled vector a classifier uses.
Resumable and seeded by step like the decoder's recipe.
"""

import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import BertConfig, BertForMaskedLM, BertModel

from tools.starter.encoder_tokens import BUCKETS
from tools.starter.phases import MAIN
from tools.starter.pretrain import forget_after, keep

SHAPE = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024}
WINDOW, WINDOWS = 128, 16
PAIRS = {16: 192, 32: 128, 64: 64}
MASKED = 0.20
TEMPERATURE = 0.07
MUON_RATE, ADAM_RATE = 0.01, 1e-3
WARMUP, DECAY = 0.03, 0.35
KEEP_EVERY = 100


class Both(torch.nn.Module):
    """A BERT with its pooler, and the masked-language head on top of the same body."""

    def __init__(self, tokenizer) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=len(tokenizer), max_position_embeddings=512, pad_token_id=tokenizer.pad_token_id, **SHAPE
        )
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.body = BertModel(config, add_pooling_layer=True)
        self.head = BertForMaskedLM(config).cls
        self.head.predictions.decoder.weight = self.body.embeddings.word_embeddings.weight

    def masked_loss(self, ids: torch.Tensor, chosen: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """ids: (rows, WINDOW) with masks set; chosen: flat positions to guess; targets: their true ids."""
        hidden = self.body(input_ids=ids).last_hidden_state.flatten(0, 1)
        return functional.cross_entropy(self.head(hidden[chosen]).float(), targets)

    def pair_loss(self, ids: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        """ids: (2 x pairs, length), the left texts first; padding: 1 where there is a token."""
        pooled = self.body(input_ids=ids, attention_mask=padding).pooler_output.float()
        left, right = functional.normalize(pooled, dim=-1).chunk(2)
        likeness = left @ right.T / TEMPERATURE
        own = torch.arange(len(left))
        return (functional.cross_entropy(likeness, own) + functional.cross_entropy(likeness.T, own)) / 2


def windows(work: Path, step: int, mask: int, vocabulary: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(ids with masks, chosen positions, targets) of the masked objective; the same for the same step."""
    draw = np.random.default_rng([19, step])
    names = list(MAIN.shares)
    rows = []
    for index in draw.choice(len(names), size=WINDOWS, p=list(MAIN.shares.values())):
        part = np.memmap(work / f"{names[index]}.enc.bin", dtype=np.uint16, mode="r")
        start = draw.integers(0, len(part) - WINDOW)
        rows.append(part[start : start + WINDOW].astype(np.int64))
    ids = np.stack(rows).reshape(-1)
    chosen = np.sort(draw.choice(ids.size, size=round(ids.size * MASKED), replace=False))
    targets = ids[chosen].copy()
    fate = draw.random(chosen.size)
    ids[chosen[fate < 0.8]] = mask
    other = chosen[fate > 0.9]
    ids[other] = draw.integers(5, vocabulary, size=other.size)
    return torch.from_numpy(ids.reshape(WINDOWS, WINDOW)), torch.from_numpy(chosen), torch.from_numpy(targets)


def pairs(stock: dict[int, np.ndarray], step: int, pad: int, mask: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, padding) of one batch of pairs of like length; some words of the left texts are masked."""
    draw = np.random.default_rng([23, step])
    weights = np.array([len(stock[length]) * length for length in BUCKETS], dtype=float)
    length = int(draw.choice(BUCKETS, p=weights / weights.sum()))
    chosen = stock[length][draw.choice(len(stock[length]), size=PAIRS[length], replace=False)].astype(np.int64)
    ids = np.concatenate([chosen[:, 0], chosen[:, 1]])
    padding = (ids != pad).astype(np.int64)
    lost = draw.random(ids.shape) < 0.10
    lost[:, 0] = False
    lost[len(chosen) :] = False
    ids[lost & (padding == 1)] = mask
    return torch.from_numpy(ids), torch.from_numpy(padding)


def rate_factor(progress: float) -> float:
    return progress / WARMUP if progress < WARMUP else min(1.0, max(0.0, (1 - progress) / DECAY))


def optimizers(model: Both) -> list[torch.optim.Optimizer]:
    matrices = [p for p in model.body.encoder.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.01, momentum=0.95, adjust_lr_fn="original"),
        torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]


def pretrain(tokenizer, work: Path, steps: int) -> Both:
    """Trains for `steps`, going on from work/encoder.pt when it is there; returns body and head in fp32."""
    torch.manual_seed(17)
    model = Both(tokenizer)
    optims = optimizers(model)
    base_rates = [group["lr"] for optim in optims for group in optim.param_groups]
    stock = {length: np.load(work / f"pairs.{length}.npy", mmap_mode="r") for length in BUCKETS}
    step, spent, state_file = 0, 0.0, work / "encoder.pt"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True)
        model.load_state_dict(state["model"])
        for optim, saved in zip(optims, state["optims"], strict=True):
            optim.load_state_dict(saved)
        step, spent = state["step"], state["seconds"]
        forget_after(work / "encoder_log.jsonl", step)
        print(f"goes on from step {step}", flush=True)
    masked_loss, pair_loss = torch.compile(model.masked_loss), torch.compile(model.pair_loss, dynamic=False)
    started, losses = time.monotonic(), []
    while step < steps:
        factor = rate_factor((step + 1) / steps)
        for group, rate in zip([g for o in optims for g in o.param_groups], base_rates, strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", dtype=torch.bfloat16):
            guess = masked_loss(*windows(work, step, tokenizer.mask_token_id, len(tokenizer)))
        guess.backward()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            match = pair_loss(*pairs(stock, step, tokenizer.pad_token_id, tokenizer.mask_token_id))
        match.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optim in optims:
            optim.step()
            optim.zero_grad(set_to_none=True)
        losses.append((guess.item(), match.item()))
        step += 1
        if step % 50 == 0 or step == steps:
            seconds = spent + time.monotonic() - started
            means = [round(float(x), 4) for x in np.mean(losses, axis=0)]
            entry = {"step": step, "masked": means[0], "pairs": means[1], "seconds": round(seconds)}
            losses = []
            if step % KEEP_EVERY == 0 or step == steps:
                keep(state_file, model, optims, step, seconds)
            with (work / "encoder_log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            print(entry, flush=True)
            if not math.isfinite(means[0] + means[1]):
                raise SystemExit("the loss is no number any more: lower the rates")
    return model
