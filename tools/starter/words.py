"""The encoder's first stage: a vector and a weight for each word piece, learnt as a weighted mean of words.

Contrastive (InfoNCE) on the pairs, every few steps on a text against itself, both sides with words left out; and the
tone of sentences (valence.py). A mean of words learns in minutes what the layers of a BERT need hours for; encoder.py
then begins from it.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from tools.starter.encoder_tokens import BUCKETS
from tools.starter.valence import tone

WIDTH = 383  # one less than the encoder's, which keeps the weight in the last place
STEPS, PAIRS, TONES = 1500, 512, 256
RATE = 0.01
SAME, LEFT_OUT = 0.3, 0.4
TEMPERATURE, TONE_WEIGHT, TONE_GAIN = 0.05, 2.0, 8.0
HIDDEN = -1e4


def write_tones(tokenizer, work: Path) -> None:
    """work/tones.npz: texts of up to 32 tokens that praise (1) or blame (0), from the pairs, once."""
    target = work / "tones.npz"
    if target.exists():
        return
    rows, tones = [], []
    for length in BUCKETS[:2]:
        texts = np.load(work / f"pairs.{length}.npy").reshape(-1, length)
        for start in range(0, len(texts), 5000):
            some = texts[start : start + 5000]
            for row, text in zip(some, tokenizer.batch_decode(some, skip_special_tokens=True), strict=True):
                heard = tone(text)
                if heard >= 0:
                    rows.append(np.pad(row, (0, BUCKETS[1] - length)))
                    tones.append(heard)
    np.savez(target, rows=np.stack(rows), tones=np.array(tones))
    print(f"{len(rows):,} texts with a tone, {np.mean(tones):.0%} of them praise", flush=True)


class Tones:
    """Batches of texts with a tone, as many that praise as that blame."""

    def __init__(self, work: Path) -> None:
        kept = np.load(work / "tones.npz")
        self.rows = kept["rows"]
        self.sides = [np.flatnonzero(kept["tones"] == side) for side in (0, 1)]

    def batch(self, draw: np.random.Generator, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(ids, 1.0 for praise and 0.0 for blame)."""
        chosen = np.concatenate([draw.choice(side, size // 2) for side in self.sides])
        return torch.from_numpy(self.rows[chosen].astype(np.int64)), torch.arange(2.0).repeat_interleave(size // 2)


class Words(torch.nn.Module):
    def __init__(self, tokenizer) -> None:
        super().__init__()
        self.vectors = torch.nn.Embedding(len(tokenizer), WIDTH)
        torch.nn.init.normal_(self.vectors.weight, std=0.5)
        self.weights = torch.nn.Parameter(torch.zeros(len(tokenizer)))
        self.tone = torch.nn.Linear(WIDTH, 1)
        hidden = torch.zeros(len(tokenizer))
        hidden[tokenizer.all_special_ids] = HIDDEN
        self.register_buffer("hidden", hidden)

    def forward(self, ids: torch.Tensor, left_out: float = 0.0) -> torch.Tensor:
        """(texts, WIDTH) unit vectors of (texts, tokens) ids; left_out: share of the words that do not count."""
        weight = self.weights[ids] + self.hidden[ids]
        if left_out:
            weight = weight + torch.where(torch.rand(ids.shape) < left_out, HIDDEN, 0.0)
        shown = torch.exp(weight)[..., None]
        return functional.normalize((self.vectors(ids) * shown).sum(1), dim=-1)


def train(tokenizer, work: Path) -> Words:
    """The words of the encoder; from work/words.pt when they were learnt before."""
    torch.manual_seed(17)
    model, kept = Words(tokenizer), work / "words.pt"
    if kept.exists():
        model.load_state_dict(torch.load(kept, weights_only=True))
        return model
    optim = torch.optim.Adam(model.parameters(), lr=RATE, betas=(0.9, 0.99))
    stock = {length: np.load(work / f"pairs.{length}.npy", mmap_mode="r") for length in BUCKETS}
    tones, draw = Tones(work), np.random.default_rng(41)
    share = np.array([len(rows) for rows in stock.values()], dtype=float)
    for step in range(STEPS):
        optim.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        texts = stock[int(draw.choice(BUCKETS, p=share / share.sum()))]
        pairs = torch.from_numpy(texts[np.sort(draw.choice(len(texts), PAIRS, replace=False))].astype(np.int64))
        if draw.random() < SAME:
            left, right = model(pairs[:, 0], LEFT_OUT), model(pairs[:, 0], LEFT_OUT)
        else:
            left, right = model(pairs[:, 0]), model(pairs[:, 1])
        match = pair_loss(left, right)
        ids, praise = tones.batch(draw, TONES)
        heard = model.tone(TONE_GAIN * model(ids, LEFT_OUT))[:, 0]
        loss = match + TONE_WEIGHT * functional.binary_cross_entropy_with_logits(heard, praise)
        optim.zero_grad()
        loss.backward()
        optim.step()
        if (step + 1) % 100 == 0:
            print(f"words: step {step + 1}, pairs {match.item():.3f}, all {loss.item():.3f}", flush=True)
    torch.save(model.state_dict(), kept.with_suffix(".tmp"))
    kept.with_suffix(".tmp").rename(kept)
    return model


def pair_loss(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """InfoNCE both ways of (pairs, width) unit vectors, the other pairs of the batch as negatives."""
    likeness, own = left @ right.T / TEMPERATURE, torch.arange(len(left))
    return (functional.cross_entropy(likeness, own) + functional.cross_entropy(likeness.T, own)) / 2
