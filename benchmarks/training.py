"""The training loop against TRL, the plain recipe and LLaMA-Factory, all on the same rows.

Equal rows, equal trained positions and equal optimiser steps for all; the validation loss that each comes to is shown.
tokens/s: non-padding training tokens over wall seconds of the optimiser loop, evaluation left out. Each contender runs
in a process of its own, in turns, three times. The share is of the arithmetic that the work cannot do without, per
second, in the machine's own best rate of matrix products measured beside it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.contenders import LLAMA_FACTORY
from benchmarks.table import Row
from benchmarks.training_rows import encoded
from benchmarks.training_work import EIGHT_BILLION, HALF_BILLION, SMALL, Work, arithmetic, made_model

TIMES = 3
CLOSE = 0.02
"""Validation losses may differ by this share."""
H200 = 790e12
"""Operations a second that a GPU is held against."""
TITLES = {
    "studio": "Finetune Studio",
    "trl": "TRL SFTTrainer",
    "trl_fast": "TRL, Liger and packing",
    "plain": "Trainer, padded",
    "llama_factory": "LLaMA-Factory",
}


def measure(times: int = TIMES) -> list[Row]:
    from studio import models

    starter = models.resolve("starter").path
    with tempfile.TemporaryDirectory() as place:
        small = made_model(Path(place) / "small", SMALL)
        works = [
            (Work("(a) starter", str(starter), rows=400, batch=8, learning_rate=1e-3), 3.0),
            (Work("(b) 135 M", str(small), rows=64, batch=4, learning_rate=1e-3), 1.5),
        ]
        rate = products_rate()
        rows = [Row("best rate of matrix products", (rate / 1e9,), "GFLOP/s")]
        for work, aim in works:
            rows += compared(work, ("studio", "trl", "plain"), times, rate, aim)
    return rows + on_gpu(times)


def on_gpu(times: int) -> list[Row]:
    """The same on a GPU, with rows of up to 2,048 tokens in bfloat16, against TRL with its fastest switches."""
    import torch

    if not torch.cuda.is_available():
        return [Row("0.5 B and 8 B on a GPU: not run, no GPU here", (), "")]
    rows = []
    for name, shape, count in (("(c) 0.5 B", HALF_BILLION, 256), ("(d) 8 B", EIGHT_BILLION, 64)):
        with tempfile.TemporaryDirectory() as place:
            folder = made_model(Path(place) / "model", shape, "bfloat16", "cuda")
            work = Work(name, str(folder), rows=count, batch=1, learning_rate=1e-4, long=True)
            rows += compared(work, ("studio", "trl_fast"), times, H200, 1.0)
    return rows


def compared(work: Work, names: tuple[str, ...], times: int, rate: float, aim: float) -> list[Row]:
    """Figures of every contender; rate: operations a second that counts as the whole machine."""
    names = (*names, "llama_factory") if os.environ.get(LLAMA_FACTORY) else names
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _ in range(times):
        for name in names:
            found[name].append(run(name, work))
    needed = _needed(work)
    rows: list[Row] = []
    speeds = {name: tuple(one["tokens"] / one["seconds"] for one in runs) for name, runs in found.items()}
    for name, runs in found.items():
        title = f"{work.title}, {TITLES[name]}"
        rows += [
            Row(f"{title}: {runs[0]['steps']} steps, {runs[0]['trained']:,} trained", speeds[name], "tokens/s"),
            Row(f"{title}: share of the machine", tuple(100 * needed / one["seconds"] / rate for one in runs), "%"),
            Row(f"{title}: peak memory", tuple(one["peak"] / 1e6 for one in runs), "MB"),
        ]
        losses = tuple(one["loss"] for one in runs if one["loss"] is not None)
        if losses:
            rows.append(Row(f"{title}: validation loss", losses, "nats/token"))
    rows.append(Row(f"{work.title}, {equal(found)}", (), ""))
    means = [statistics.fmean(one["loss"] for one in runs) for runs in found.values() if runs[0]["loss"] is not None]
    rows.append(
        Row(
            f"{work.title}, validation losses lie apart",
            (100 * (max(means) / min(means) - 1),),
            "%",
            f"{100 * CLOSE:.0f}",
        )
    )
    ours = statistics.median(speeds["studio"])
    for name in names[1:]:
        times_faster = ours / statistics.median(speeds[name])
        rows.append(Row(f"{work.title}, faster than {TITLES[name]}", (times_faster,), "times", f"{aim}"))
    if "llama_factory" not in names:
        rows.append(Row(f"{work.title}, LLaMA-Factory: not run, {LLAMA_FACTORY} names no command", (), ""))
    return rows


def equal(found: dict[str, list[dict[str, Any]]]) -> str:
    """Which equality holds between those that train on our token ids. LLaMA-Factory makes its own: its rows and steps
    are those it was told."""
    ours = [one for name, runs in found.items() if name != "llama_factory" for one in runs]
    same = [
        words
        for words, field in (("trained positions", "trained"), ("tokens", "tokens"), ("optimiser steps", "steps"))
        if len({one[field] for one in ours}) == 1
    ]
    return f"equal for all but LLaMA-Factory's own tokens: rows, {', '.join(same)}"


def run(name: str, work: Work) -> dict[str, Any]:
    """What one contender found, in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        work.write(Path(place) / "work.json")
        command = [sys.executable, "-m", "benchmarks.contenders", name, place]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{TITLES[name]} failed:\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    # who packs rows takes as many steps as it makes packs
    if found["steps"] != work.steps and name != "trl_fast":
        raise SystemExit(f"{TITLES[name]} took {found['steps']} steps instead of {work.steps}")
    return found


def products_rate() -> float:
    """Operations a second of square products of 1,024, in whichever of float32 and bfloat16 is faster here."""
    import torch

    rates = []
    for dtype in (torch.float32, torch.bfloat16):
        one = torch.randn(1024, 1024).to(dtype)
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(10):
                one @ one
            rates.append(10 * 2 * 1024**3 / (time.perf_counter() - began))
    return max(rates)


def _needed(work: Work) -> float:
    from transformers import AutoConfig

    rows, _ = encoded(work)
    return arithmetic(AutoConfig.from_pretrained(work.model), [(len(row.ids), sum(row.trained[1:])) for row in rows])
