"""Pretrains the starter encoder: a small BERT that begins as the mean of its words and learns to read them in order.

It begins from words.py: the first layer's attention takes the weighted mean that the words were learnt for, and what
follows passes it on. Then three objectives at once: contrastive (InfoNCE; van den Oord et al. 2018) on the pooled
vector a classifier reads, masked language (Devlin et al. 2018), and the tone of sentences (valence.py).
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
from tools.starter.words import TONE_KINDS, Tones, Words, pair_loss

SHAPE = {"hidden_size": 384, "num_hidden_layers": 2, "num_attention_heads": 6, "intermediate_size": 1536}
WINDOW, WINDOWS = 128, 8
PAIRS = {16: 192, 32: 128, 64: 64}
TONES = 96
MASKED = 0.20
SAME = 0.4  # share of the steps that pair texts with themselves
LEFT_OUT, LEFT_OUT_SAME, LEFT_OUT_TONE = 0.05, 0.30, 0.25  # share of the words hidden from attention
GUESS_WEIGHT, TONE_WEIGHT = 0.3, 0.5
SCALE = 0.2  # of the word vectors, which sets how fast they move
MEAN_GAIN, WEIGHT_PLACE, WEIGHT_GAIN, HIDDEN_WEIGHT = 8.0, 383, 0.7, -6.0
RATE = 1e-3
WARMUP, DECAY = 0.05, 0.50
LOG_EVERY, KEEP_EVERY = 50, 100


class Both(torch.nn.Module):
    """A BERT with its pooler, and the heads of the two other objectives on top of the same body."""

    def __init__(self, tokenizer) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=len(tokenizer), max_position_embeddings=512, pad_token_id=tokenizer.pad_token_id, **SHAPE
        )
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.body = BertModel(config, add_pooling_layer=True)
        self.head = BertForMaskedLM(config).cls
        self.head.predictions.decoder.weight = self.body.embeddings.word_embeddings.weight
        self.tone = torch.nn.Linear(config.hidden_size, TONE_KINDS)

    @torch.no_grad()
    def begin_from(self, words: Words) -> None:
        """Makes the pooled vector a function of the words' weighted mean.

        The log of a word's weight stands in the last place of its vector; every query of the first layer is a
        constant, every key reads that place, so that the softmax gives the weights; values and output are the identity.
        """
        vectors, width = words.vectors.weight, SHAPE["hidden_size"]
        length = vectors.norm(dim=1, keepdim=True)
        log_weight = words.weights + length[:, 0].log()
        spread = log_weight.std()
        place = WEIGHT_GAIN * ((log_weight - log_weight.mean()) / spread).clamp(-3, 3)
        place = torch.where(words.hidden < 0, HIDDEN_WEIGHT, place)
        begun = torch.cat([vectors / length * width**0.5, place[:, None]], dim=1)
        embeddings = self.body.embeddings
        embeddings.word_embeddings.weight.copy_(SCALE * begun)
        embeddings.position_embeddings.weight.zero_()
        embeddings.token_type_embeddings.weight.zero_()
        for layer in self.body.encoder.layer:
            layer.attention.output.dense.weight.zero_()
            layer.output.dense.weight.zero_()
        first = self.body.encoder.layer[0].attention
        heads = SHAPE["num_attention_heads"]
        each = width // heads
        pull = float(spread / WEIGHT_GAIN * each**0.5) ** 0.5
        first.self.query.weight.zero_()
        first.self.key.weight.zero_()
        for start in range(0, width, each):
            first.self.query.bias[start] = pull
            first.self.key.weight[start, WEIGHT_PLACE] = pull
        first.self.value.weight.copy_(torch.eye(width))
        first.output.dense.weight.copy_(MEAN_GAIN * torch.eye(width))
        self.body.pooler.dense.weight.copy_(torch.eye(width))

    def tone_loss(self, ids: torch.Tensor, shown: torch.Tensor, tones: torch.Tensor) -> torch.Tensor:
        """ids, shown: (texts, tokens), shown 0 where a word is left out; tones: a number a text (valence.py)."""
        pooled = self.body(input_ids=ids, attention_mask=shown).pooler_output
        return functional.cross_entropy(self.tone(pooled).float(), tones)

    def masked_loss(self, ids: torch.Tensor, chosen: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """ids: (rows, WINDOW) with masks set; chosen: flat positions to guess; targets: their true ids."""
        hidden = self.body(input_ids=ids).last_hidden_state.flatten(0, 1)
        return functional.cross_entropy(self.head(hidden[chosen]).float(), targets)

    def pair_loss(self, ids: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        """ids: (2 x pairs, length), the left texts first; padding: 1 where there is a token."""
        pooled = self.body(input_ids=ids, attention_mask=padding).pooler_output.float()
        return pair_loss(*functional.normalize(pooled, dim=-1).chunk(2))


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


def toned(tones: Tones, step: int, pad: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(ids, attention mask, tone) of one batch, some words left out; the same for the same step."""
    draw = np.random.default_rng([29, step])
    ids, heard = tones.batch(draw, TONES)
    lost = torch.from_numpy(draw.random(ids.shape) < LEFT_OUT_TONE)
    lost[:, 0] = False
    return ids, ((ids != pad) & ~lost).long(), heard


def rate_factor(progress: float) -> float:
    """Share of the full rate: warm-up, flat, then linear to zero (progress in 0..1)."""
    return progress / WARMUP if progress < WARMUP else min(1.0, max(0.0, (1 - progress) / DECAY))


def pretrain(tokenizer, work: Path, words: Words, steps: int) -> Both:
    """Trains for `steps`, going on from work/encoder.pt when it is there; returns body and head in fp32."""
    torch.manual_seed(17)
    model = Both(tokenizer)
    tones = Tones(work)
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
    else:
        model.begin_from(words)
    started, losses = time.monotonic(), []
    while step < steps:
        optim.param_groups[0]["lr"] = RATE * rate_factor((step + 1) / steps)
        vocabulary, mask, pad = len(tokenizer), tokenizer.mask_token_id, tokenizer.pad_token_id
        with torch.autocast("cpu", dtype=torch.bfloat16):
            match = model.pair_loss(*pairs(stock, step, pad))
            guess = model.masked_loss(*windows(work, step, mask, vocabulary))
            heard = model.tone_loss(*toned(tones, step, pad))
        (match + GUESS_WEIGHT * guess + TONE_WEIGHT * heard).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optim.step()
        optim.zero_grad(set_to_none=True)
        losses.append((match.item(), guess.item(), heard.item()))
        step += 1
        if step % LOG_EVERY == 0 or step == steps:
            seconds = spent + time.monotonic() - started
            means = [round(float(x), 4) for x in np.mean(losses, axis=0)]
            entry = {"step": step, **dict(zip(("pairs", "masked", "tone"), means, strict=True))}
            entry["seconds"] = round(seconds)
            losses = []
            if step % KEEP_EVERY == 0 or step == steps:
                keep(state_file, model, [optim], step, seconds)
            with (work / "encoder_log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            print(entry, flush=True)
            if not math.isfinite(sum(means)):
                raise SystemExit("the loss is no number any more: lower the rate")
    return model
