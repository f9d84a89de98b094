"""Held-out bits per byte of the decoder, and how often the encoder guesses a masked word of held-out text."""

import json
import math
from pathlib import Path

import numpy as np
import torch

from tools.starter.corpus import PARTS


@torch.inference_mode()
def bits_per_byte(model, work: Path) -> dict[str, float]:
    """Per corpus part: bits the model spends on the held-out documents over their bytes (UTF-8)."""
    context = model.config.max_position_embeddings
    result = {}
    model.eval()
    for part in PARTS:
        held = json.loads((work / f"{part.file}.held.json").read_text(encoding="utf-8"))
        stream = [i for _, ids in held for i in ids]
        windows = [stream[i : i + context + 1] for i in range(0, len(stream) - 1, context)]
        nats = 0.0
        for window in windows:
            ids = torch.tensor([window])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(input_ids=ids[:, :-1]).logits
            nats += torch.nn.functional.cross_entropy(logits[0].float(), ids[0, 1:], reduction="sum").item()
        size = sum(len(text.encode()) for text, _ in held)
        result[part.file] = round(nats / math.log(2) / size, 3)
    model.train()
    return result


@torch.inference_mode()
def masked_accuracy(model, tokenizer, work: Path, window: int = 128, masked: float = 0.15) -> dict[str, float]:
    """Per corpus part: share of masked tokens of the held-out documents that the encoder guesses exactly.

    model: tools.starter.encoder.Both. Every chosen token is hidden by [MASK]; the choice is seeded.
    """
    result = {}
    model.eval()
    for part in PARTS:
        texts = json.loads((work / f"{part.file}.enc.held.json").read_text(encoding="utf-8"))
        stream = [i for text in texts for i in tokenizer(text[:20_000], add_special_tokens=False)["input_ids"]]
        stream = np.array(stream[: 200 * window], dtype=np.int64)
        draw, right, asked = np.random.default_rng(37), 0, 0
        for start in range(0, len(stream) - window + 1, window):
            ids = stream[start : start + window].copy()
            chosen = np.flatnonzero(draw.random(window) < masked)
            targets = ids[chosen].copy()
            ids[chosen] = tokenizer.mask_token_id
            hidden = model.body(input_ids=torch.from_numpy(ids)[None]).last_hidden_state[0]
            guessed = model.head(hidden[torch.from_numpy(chosen)]).argmax(-1).numpy()
            right, asked = right + int((guessed == targets).sum()), asked + len(chosen)
        result[part.file] = round(right / asked, 3)
    model.train()
    return result
