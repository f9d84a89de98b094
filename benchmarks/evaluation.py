"""Answers to many rows against one-at-a-time `generate`, with the same greedy answers: `python -m benchmarks
evaluation`.

The starter answers the prompts of the sample of support tickets: as many as a test part has, as many as a file that is
answered may have, and below instructions with three examples. Untuned it stops early; the wanted answers of that sample
have 35 tokens, so a last figure is for answers of 35 tokens. One at a time means transformers' own generate with its
key-value cache, a prompt a call.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from benchmarks.table import Row
from studio import data, models
from studio.data.values import Example, Message
from studio.evaluation.prompting import prompted
from studio.inference.generate import Engine, load
from studio.inference.generation import decode
from studio.inference.prompt import fit
from studio.session import samples

ROWS = 64
MANY = 236
TIMES = 3
MOST_TOKENS = 35
LEAST_TIMES = 5
SHOTS = 3
INSTRUCTIONS = "Sort the message of a customer. Answer with one JSON object: category, urgency and product."

Prompts = Sequence[Sequence[Message]]


def measure() -> list[Row]:
    engine = load(models.starter_folder(), {})
    examples = _examples()
    every = [example.prompt for example in examples[:MANY]]
    plain, shots = every[:ROWS], examples[MANY : MANY + SHOTS]
    rows = [
        *_compared(engine, f"{ROWS} rows", plain),
        *_compared(engine, f"{MANY} rows", every),
        *_compared(engine, "below instructions", [prompted(p, INSTRUCTIONS, shots) for p in plain]),
    ]
    endless = Engine(replace(engine.loaded, end=()))
    endless.loaded.network.generation_config.eos_token_id = None
    return [*rows, *_compared(endless, f"answers of {MOST_TOKENS} tokens", plain)]


def _compared(engine: Engine, what: str, prompts: Prompts) -> list[Row]:
    single, together = [], []
    for _ in range(TIMES):
        began = time.perf_counter()
        alone = [_one(engine, turns) for turns in prompts]
        single.append(len(prompts) / (time.perf_counter() - began))
        began = time.perf_counter()
        answers = engine.answers("base", prompts, MOST_TOKENS)
        together.append(len(prompts) / (time.perf_counter() - began))
    same = sum(one == other for one, other in zip(alone, answers, strict=True))
    return [
        Row(f"{what}: one at a time", tuple(single), "rows/s"),
        Row(f"{what}: together", tuple(together), "rows/s"),
        Row(
            f"{what}: times as fast",
            tuple(fast / slow for fast, slow in zip(together, single, strict=True)),
            "times",
            f"{LEAST_TIMES}",
        ),
        Row(f"{what}: the same answer", (100 * same / len(prompts),), "% of rows", "100"),
    ]


def _one(engine: Engine, turns: Sequence[Message]) -> str:
    loaded = engine.loaded
    ids = torch.tensor([fit(loaded.tokenizer, turns, loaded.context, MOST_TOKENS, cut_long=True).ids])
    with engine.using("base") as network:
        found: Any = network.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=MOST_TOKENS, do_sample=False
        )
    written = found[0][ids.shape[1] :].tolist()
    return decode(loaded.tokenizer, [token for token in written if token not in loaded.end])


def _examples() -> list[Example]:
    import tempfile
    from pathlib import Path

    sample = samples.get("support_tickets")
    with tempfile.TemporaryDirectory() as folder:
        data.import_file(sample.path, Path(folder), sample.path.name, None)
        return list(data.load_examples(Path(folder) / "rows.parquet"))
