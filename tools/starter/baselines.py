"""Yardsticks for held-out bits per byte: gzip, xz, and a 5-gram model of the same tokens."""

import gzip
import json
import lzma
import math
from pathlib import Path

import numpy as np

from tools.starter.corpus import PARTS

ORDER = 5
DISCOUNT = 0.75


def compressed(work: Path) -> dict[str, dict[str, float]]:
    """Per corpus part: bits per byte of its held-out text packed by gzip -9 and by xz -9e."""
    result = {}
    for part in PARTS:
        held = json.loads((work / f"{part.file}.held.json").read_text(encoding="utf-8"))
        data = "\n".join(text for text, _ in held).encode()
        packed = {
            "gzip": len(gzip.compress(data, 9, mtime=0)),
            "xz": len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)),
        }
        result[part.file] = {name: round(8 * size / len(data), 3) for name, size in packed.items()}
    return result


def five_gram(work: Path, vocabulary: int) -> dict[str, float]:
    """Per corpus part: bits per byte of a 5-gram model over the starter's tokens, counted on the training text of all
    parts, smoothed by interpolated absolute discounting (Ney, Essen and Kneser 1994)."""
    training = np.concatenate([np.fromfile(work / f"{part.file}.bin", dtype=np.uint16) for part in PARTS])
    streams, sizes = [], []
    for part in PARTS:
        held = json.loads((work / f"{part.file}.held.json").read_text(encoding="utf-8"))
        streams.append(np.array([i for _, ids in held for i in ids], dtype=np.int64))
        sizes.append(sum(len(text.encode()) for text, _ in held))
    likely = _likelihoods(training.astype(np.int64), streams, vocabulary)
    return {
        part.file: round(float(-np.log(p).sum()) / math.log(2) / size, 3)
        for part, p, size in zip(PARTS, likely, sizes, strict=True)
    }


def _likelihoods(training: np.ndarray, streams: list[np.ndarray], vocabulary: int) -> list[np.ndarray]:
    """The probability of each token of each stream. An n-gram's number is its place among the sorted n-grams seen,
    keyed by the number of its first n-1 tokens and its last token; -1 stands for one never seen."""
    numbers, likely = np.zeros(len(training), dtype=np.int64), [np.full(len(s), 1 / vocabulary) for s in streams]
    seen = [np.zeros(len(s), dtype=np.int64) for s in streams]
    for _ in range(ORDER):
        # At place i, numbers holds the n-gram that ends just before i, one token shorter than those counted here.
        keys, places, counts = np.unique(numbers * vocabulary + training, return_inverse=True, return_counts=True)
        contexts = keys // vocabulary
        size = int(contexts[-1]) + 1
        total = np.bincount(contexts, weights=counts, minlength=size)
        kinds = np.bincount(contexts, minlength=size)
        for index, stream in enumerate(streams):
            before, wanted = seen[index], seen[index] * vocabulary + stream
            found = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
            known = (keys[found] == wanted) & (before >= 0)
            at = before.clip(min=0, max=size - 1)
            has_context = (before >= 0) & (total[at] > 0)
            own = np.where(known, np.maximum(counts[found] - DISCOUNT, 0), 0) / np.maximum(total[at], 1)
            rest = DISCOUNT * kinds[at] / np.maximum(total[at], 1)
            likely[index] = np.where(has_context, own + rest * likely[index], likely[index])
            seen[index] = np.where(known, found, -1)
            seen[index] = np.concatenate([[-1], seen[index][:-1]])
        numbers = places.reshape(-1)
        numbers = np.concatenate([[0], numbers[:-1]])
    return likely
