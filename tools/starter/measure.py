"""Held-out bits per byte of a model, and of `xz -9e` on the same text as the yardstick."""

import json
import lzma
import math
from pathlib import Path

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


def xz_bits_per_byte(work: Path) -> dict[str, float]:
    """The same text compressed by xz -9e, in bits per byte."""
    result = {}
    for part in PARTS:
        held = json.loads((work / f"{part.file}.held.json").read_text(encoding="utf-8"))
        data = "\n".join(text for text, _ in held).encode()
        packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
        result[part.file] = round(8 * len(packed) / len(data), 3)
    return result
