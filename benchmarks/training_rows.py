"""The rows of the training benchmark as all contenders learn and are judged on them, and what each tells at its end."""

from pathlib import Path
from typing import Any

from benchmarks.training_work import HELD, Work, chats

TOKENS = 2048
"""Longest row, and one packed row, on a GPU."""


def examples(work: Work) -> tuple[list[Any], list[Any]]:
    """Training and validation rows."""
    from studio.data.values import Example, Message

    def rows(count: int, seed: int) -> list[Example]:
        made = chats(count, seed, work.long)
        return [Example(line, tuple(Message(**turn) for turn in chat)) for line, chat in enumerate(made, 1)]

    return rows(work.rows, 1), rows(HELD if work.rows > HELD else work.rows, 2)


def encoded(work: Work) -> tuple[list[Any], list[Any]]:
    """The same rows as token ids with their trained positions, as the studio makes them."""
    from studio.models.loading import load_tokenizer
    from studio.training.rows import tokenise

    tokenizer = load_tokenizer(Path(work.model))
    training, held = examples(work)
    return tokenise(tokenizer, training, TOKENS).rows, tokenise(tokenizer, held, TOKENS).rows


def told(seconds: float, steps: int, tokens: int, trained: int, model: Any, work: Work) -> dict[str, Any]:
    """What a contender found. peak: bytes, before the validation rows are read."""
    from studio.training import machine

    peak = machine.peak_memory_bytes()
    return {
        "seconds": seconds,
        "steps": steps,
        "tokens": tokens,
        "trained": trained,
        "peak": peak,
        "loss": _loss(model, work),
    }


def _loss(model: Any, work: Work) -> float:
    import torch

    from studio.models.loss import Scorer

    _, held = encoded(work)
    model.eval()
    with torch.inference_mode():
        return float(torch.cat([Scorer(model).losses([row]) for row in held]).mean())
