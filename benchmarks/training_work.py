"""The work of the training benchmark: chats made here, models of random weights, and what a training of them costs in
arithmetic. Who does the work is in contenders.py, what is compared in training.py."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio import models

HELD = 40
"""Validation chats beside the training ones."""
RANK = 16
_THINGS = ("kettle", "lamp", "router", "chair", "blender", "printer", "heater", "camera", "drill", "monitor")
_TROUBLES = ("does not start", "came broken", "is too loud", "has no manual", "smells of smoke", "was charged twice")
_ASKS = ("what can I do", "please send another one", "I want my money back", "who can repair it", "is that normal")
_HELPS = (
    "Unplug it for ten minutes and try again.",
    "We send a new one today; keep the old one until it arrives.",
    "You get your money back within five working days.",
    "Our workshop repairs it free of charge in the first two years.",
    "That is normal in the first hour and goes away by itself.",
    "Write to us with the number on the bill and a picture.",
)


@dataclass(frozen=True)
class Work:
    """One piece of work. rows: training chats; batch: rows a step of the peers; steps: of the one epoch; long:
    whether its rows are some thousand tokens each."""

    title: str
    model: str
    rows: int
    batch: int
    learning_rate: float
    long: bool = False

    @property
    def steps(self) -> int:
        return -(-self.rows // self.batch)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Work":
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def chats(count: int, seed: int, long: bool = False) -> list[list[dict[str, str]]]:
    """`count` chats of a question and an answer of one to six sentences (long: about a hundred), drawn from a seed."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        thing, trouble, ask = draw.choice(_THINGS), draw.choice(_TROUBLES), draw.choice(_ASKS)
        asked = f"Order {draw.randrange(10_000, 99_999)}: my {thing} {trouble}, {ask}?"
        least, most = (80, 120) if long else (1, 6)
        said = " ".join(draw.choice(_HELPS) for _ in range(draw.randint(least, most)))
        made.append(
            [{"role": "user", "content": asked}, {"role": "assistant", "content": f"About your {thing}. {said}"}]
        )
    return made


@dataclass(frozen=True)
class Shape:
    """A Llama's."""

    layers: int
    width: int
    inner: int
    heads: int
    key_heads: int
    vocabulary: int
    tied: bool


SMALL = Shape(layers=30, width=576, inner=1536, heads=9, key_heads=3, vocabulary=49_152, tied=True)
HALF_BILLION = Shape(layers=24, width=1024, inner=4864, heads=16, key_heads=4, vocabulary=49_152, tied=True)
EIGHT_BILLION = Shape(layers=32, width=4096, inner=14_336, heads=32, key_heads=8, vocabulary=128_256, tied=False)


def made_model(folder: Path, shape: Shape, dtype: str = "float32", device: str = "cpu") -> Path:
    """A Llama of this shape with random weights, and the starter's tokenizer beside it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from studio.models.loading import copy_tokenizer

    starter = models.inspect(Path(models.resolve("starter").path))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        max_position_embeddings=4096,
        tie_word_embeddings=shape.tied,
    )
    with torch.device(device):
        model = LlamaForCausalLM(config).to(getattr(torch, dtype))
    model.save_pretrained(folder)
    copy_tokenizer(Path(starter.path), folder)
    return folder


def arithmetic(config: Any, rows: Sequence[tuple[int, int]]) -> float:
    """Floating-point operations that one epoch of LoRA of rank RANK on all linear layers cannot do without.

    rows: (tokens, trained tokens) of each. A frozen weight costs 2 operations forward and 2 for the gradient of what
    went in, a trained one 2 more; the head counts at trained positions alone; attention looks back only.
    """
    width, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    head = width // config.num_attention_heads
    keys = config.num_key_value_heads * head
    sides = [(width, width), (width, keys), (width, keys), (width, width), (width, inner), (width, inner)]
    sides.append((inner, width))
    frozen = sum(one * other for one, other in sides)
    added = RANK * sum(one + other for one, other in sides)
    tokens, trained = sum(row[0] for row in rows), sum(row[1] for row in rows)
    squares = sum(row[0] ** 2 for row in rows)
    blocks = layers * (tokens * (4 * frozen + 6 * added) + 6 * squares * width)
    return float(blocks + 4 * trained * config.vocab_size * width)
