"""The encoder's first stage: a vector and a weight for each word piece, learnt as a weighted mean of words.

Contrastive (InfoNCE) on the pairs, every few steps on a text against itself, both sides with words left out; and the
tone of sentences (valence.py). A mean of words learns in minutes what the layers of a BERT need hours for; encoder.py
then begins from it.
"""

import random
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from tools.starter import valence
from tools.starter.encoder_tokens import BUCKETS

WIDTH = 383  # one less than the encoder's, which keeps the weight in the last place
STEPS, PAIRS, TONES = 1500, 512, 384
TONE_KINDS = 3
PLAIN, SINGLE = 0.2, 0.25  # share of the texts without a tone that are kept; of single words among texts with one
RATE = 0.01
SAME, LEFT_OUT = 0.3, 0.4
TEMPERATURE, TONE_WEIGHT, TONE_GAIN = 0.05, 2.0, 8.0
HIDDEN = -1e4


def write_tones(tokenizer, work: Path) -> None:
    """work/tones.npz: texts of up to 32 tokens with their tone, from the pairs, and the words of valence.py; once."""
    target = work / "tones.npz"
    if target.exists():
        return
    rows, tones, plain = [], [], random.Random(17)
    for length in BUCKETS[:2]:
        texts = np.load(work / f"pairs.{length}.npy").reshape(-1, length)
        for start in range(0, len(texts), 5000):
            some = texts[start : start + 5000]
            for row, text in zip(some, tokenizer.batch_decode(some, skip_special_tokens=True), strict=True):
                heard = valence.tone(text)
                if heard == valence.MIXED or (heard == valence.NONE and plain.random() > PLAIN):
                    continue
                rows.append(np.pad(row, (0, BUCKETS[1] - length)))
                tones.append(heard)
    words = [tokenizer(word, padding="max_length", max_length=BUCKETS[1])["input_ids"] for word in valence.WORDS]
    np.savez(
        target,
        rows=np.stack(rows),
        tones=np.array(tones),
        words=np.array(words, dtype=np.uint16),
        word_tones=np.array([valence.tone(word) for word in valence.WORDS]),
    )
    print(f"{len(rows):,} texts, {np.bincount(tones)} that blame, that praise, that do neither", flush=True)


class Tones:
    """Batches of texts that blame, praise and do neither, as many of each; a part of them are single words."""

    def __init__(self, work: Path) -> None:
        kept = np.load(work / "tones.npz")
        self.texts, self.words = kept["rows"], kept["words"]
        self.of_texts = [np.flatnonzero(kept["tones"] == one) for one in range(TONE_KINDS)]
        self.of_words = [np.flatnonzero(kept["word_tones"] == one) for one in range(TONE_KINDS)]

    def batch(self, draw: np.random.Generator, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(ids, tones) of `size` rows, 32 tokens each."""
        each, single = size // TONE_KINDS, round(size // TONE_KINDS * SINGLE)
        rows = []
        for texts, words in zip(self.of_texts, self.of_words, strict=True):
            rows += [self.texts[draw.choice(texts, each - single)], self.words[draw.choice(words, single)]]
        tones = torch.arange(TONE_KINDS).repeat_interleave(each)
        return torch.from_numpy(np.concatenate(rows).astype(np.int64)), tones


class Words(torch.nn.Module):
    def __init__(self, tokenizer) -> None:
        super().__init__()
        self.vectors = torch.nn.Embedding(len(tokenizer), WIDTH)
        torch.nn.init.normal_(self.vectors.weight, std=0.5)
        self.weights = torch.nn.Parameter(torch.zeros(len(tokenizer)))
        self.tone = torch.nn.Linear(WIDTH, TONE_KINDS)
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
        ids, heard = tones.batch(draw, TONES)
        said = model.tone(TONE_GAIN * model(ids, LEFT_OUT))
        loss = match + TONE_WEIGHT * functional.cross_entropy(said, heard)
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
