"""Numbers about usable rows: how many, how long, of which form. Tokens are counted where a tokenizer is (training)."""

import json
import statistics as numbers
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from studio.data.values import Example


@dataclass(frozen=True)
class Statistics:
    """rows; turns: of all rows; lengths in characters, of all turns before the last answer and of the last answer.
    json_share: share of answers (0 to 1) that are JSON objects."""

    rows: int
    turns: int
    prompt_median: int
    prompt_longest: int
    answer_median: int
    answer_longest: int
    json_share: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def statistics(examples: Sequence[Example]) -> Statistics:
    """Statistics of the rows; all zero where there are none."""
    if not examples:
        return Statistics(0, 0, 0, 0, 0, 0, 0.0)
    prompts = [sum(len(message.content) for message in example.prompt) for example in examples]
    answers = [len(example.answer) for example in examples]
    return Statistics(
        rows=len(examples),
        turns=sum(len(example.messages) for example in examples),
        prompt_median=round(numbers.median(prompts)),
        prompt_longest=max(prompts),
        answer_median=round(numbers.median(answers)),
        answer_longest=max(answers),
        json_share=sum(_is_object(example.answer) for example in examples) / len(examples),
    )


def _is_object(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
