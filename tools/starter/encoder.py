"""Pretrains the starter encoder: a small BERT that tells which texts belong together and guesses masked words.

The contrastive objective (InfoNCE with the other pairs of the batch as negatives; van den Oord et al. 2018) teaches
sentences on the pooled vector that a classifier reads; every few steps a text is paired with itself, both with words
left out, so that what was said counts and not only the topic. The masked-language objective (Devlin et al. 2018)
teaches words in their context. The first layer begins as the plain mean of the words and the others as passing on what
they get: from noise, the little compute there is does not reach what a mean of words does at once.
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

SHAPE = {"hidden_size": 384, "num_hidden_layers": 2, "num_attention_heads": 6, "intermediate_size": 1536}
WINDOW, WINDOWS = 128, 8
PAIRS = {16: 256, 32: 192, 64: 96}
MASKED = 0.20
SAME = 0.4  # share of the steps that pair texts with themselves
LEFT_OUT, LEFT_OUT_SAME = 0.05, 0.30  # share of the words hidden from attention
FIRST_STEPS = 600  # contrastive only, through one layer
MEAN_GAIN = 4.0
TEMPERATURE = 0.05
RATE = 1e-3
GUESS_WEIGHT = 0.3
WARMUP, DECAY = 0.01, 0.40
LOG_EVERY, KEEP_EVERY = 50, 100


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
        self.layers = self.body.encoder.layer
        self._mean_of_words(config.hidden_size)

    @torch.no_grad()
    def _mean_of_words(self, width: int) -> None:
        for weight in (
            self.body.embeddings.position_embeddings.weight,
            self.body.embeddings.token_type_embeddings.weight,
        ):
            weight.zero_()
        for layer in self.layers:
            layer.attention.output.dense.weight.zero_()
            layer.output.dense.weight.zero_()
        first = self.layers[0].attention
        first.self.value.weight.copy_(torch.eye(width))
        first.output.dense.weight.copy_(torch.eye(width) * MEAN_GAIN)
        self.body.pooler.dense.weight.copy_(torch.eye(width))

    def use(self, layers: int) -> None:
        """Runs through the first `layers` layers only."""
        self.body.encoder.layer = self.layers[:layers]

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


def pairs(stock: dict[int, np.ndarray], step: int, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, attention mask) of one batch of pairs of like length, the left texts first; some words are left out."""
    draw = np.random.default_rng([23, step])
    weights = np.array([len(stock[length]) for length in BUCKETS], dtype=float)
    length = int(draw.choice(BUCKETS, p=weights / weights.sum()))
    chosen = stock[length][np.sort(draw.choice(len(stock[length]), size=PAIRS[length], replace=False))]
    same = draw.random() < SAME
    left, right = chosen[:, 0], chosen[:, 0 if same else 1]
    ids = np.concatenate([left, right]).astype(np.int64)
    lost = draw.random(ids.shape) < (LEFT_OUT_SAME if same else LEFT_OUT)
    lost[:, 0] = False
    return torch.from_numpy(ids), torch.from_numpy(((ids != pad) & ~lost).astype(np.int64))


def rate_factor(progress: float) -> float:
    """Share of the full rate: warm-up, flat, then linear to zero (progress in 0..1)."""
    return progress / WARMUP if progress < WARMUP else min(1.0, max(0.0, (1 - progress) / DECAY))


def pretrain(tokenizer, work: Path, steps: int) -> Both:
    """Trains for `steps`, going on from work/encoder.pt when it is there; returns body and head in fp32."""
    torch.manual_seed(17)
    model = Both(tokenizer)
    optim = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    stock = {length: np.load(work / f"pairs.{length}.npy", mmap_mode="r") for length in BUCKETS}
    step, spent, state_file = 0, 0.0, work / "encoder.pt"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True)
        model.load_state_dict(state["model"])
        optim.load_state_dict(state["optims"][0])
        step, spent = state["step"], state["seconds"]
        forget_after(work / "encoder_log.jsonl", step)
        print(f"goes on from step {step}", flush=True)
    started, losses = time.monotonic(), []
    while step < steps:
        optim.param_groups[0]["lr"] = RATE * rate_factor((step + 1) / steps)
        first = step < FIRST_STEPS
        model.use(1 if first else len(model.layers))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            match = model.pair_loss(*pairs(stock, step, tokenizer.pad_token_id))
        match.backward()
        guess = torch.tensor(float("nan"))
        if not first:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                guess = model.masked_loss(*windows(work, step, tokenizer.mask_token_id, len(tokenizer)))
            (GUESS_WEIGHT * guess).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optim.step()
        optim.zero_grad(set_to_none=True)
        losses.append((guess.item(), match.item()))
        step += 1
        if step % LOG_EVERY == 0 or step == steps:
            seconds = spent + time.monotonic() - started
            guessed, matched = (round(float(x), 4) for x in np.mean(losses, axis=0))
            entry = {"step": step, "pairs": matched, "seconds": round(seconds)}
            if not math.isnan(guessed):
                entry["masked"] = guessed
            losses = []
            if step % KEEP_EVERY == 0 or step == steps:
                model.use(len(model.layers))
                keep(state_file, model, [optim], step, seconds)
            with (work / "encoder_log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            print(entry, flush=True)
            if not math.isfinite(matched):
                raise SystemExit("the loss is no number any more: lower the rate")
    model.use(len(model.layers))
    return model
