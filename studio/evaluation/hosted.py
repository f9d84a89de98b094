"""A tuned model at a provider beside a base model, of this machine or of the provider: their answers to the same rows.

A provider tells no loss on given answers, so the rows have none. What the answers took is counted and priced.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio import hosted
from studio.data.values import Example
from studio.evaluation.metrics.exact import is_exact
from studio.evaluation.scorecard import CANDIDATES, Row
from studio.evaluation.ticker import Ticker
from studio.hosted import talk
from studio.hosted.base import Connection
from studio.hosted.price import dollars
from studio.hosted.talk import Answer, Used
from studio.jobs.events import Note
from studio.jobs.journal import Journal
from studio.jobs.spec import Evaluate

SPARE_TOKENS = 16
"""Room beyond the longest wanted answer; its tokens are at most its bytes, and rarely more than half of them."""


def judged(
    folder: Path,
    work: Evaluate,
    chosen: Sequence[int],
    examples: Sequence[Example],
    journal: Journal,
    secrets: Mapping[str, str],
) -> tuple[list[Row], float | None]:
    """Both candidates on every row, and what that cost in US dollars (None where the price is not known).

    ServiceError when the provider refuses or fails for good.
    """
    told = work.hosted
    provider = hosted.get(told["provider"], told["address"])
    connection = Connection(told["address"], secrets, told["private"], told["more"])
    longest = max(len(example.answer.encode()) for example in examples) // 2 + SPARE_TOKENS
    prompts = [example.prompt for example in examples]
    ticker = Ticker(folder, journal, len(examples) * len(CANDIDATES))
    said: dict[str, dict[int, str]] = {}
    used = Used()
    for name in CANDIDATES:
        model = told["models"][name]
        if not model:
            said[name] = _local(work, ticker, prompts, longest)
            continue
        ticker.restart_clock()
        answers: dict[int, Answer] = ticker.follow(
            talk.answers(provider, connection, model, prompts, longest),
            f"The {name} model at {provider.title} answers",
        )
        said[name] = {place: answer.text for place, answer in answers.items()}
        used = sum((answer.used for answer in answers.values()), used)
    cost = used.dollars(provider.model(work.model_name).price)
    price = "" if cost is None else f", which cost about {dollars(cost)}"
    journal.append(Note(f"{provider.title} read {used.input:,} tokens and wrote {used.output:,}{price}."))
    return [_row(number, example, {name: said[name][place] for name in CANDIDATES})
            for place, (number, example) in enumerate(zip(chosen, examples, strict=True))], cost  # fmt: skip


def _local(work: Evaluate, ticker: Ticker, prompts: Sequence[Any], longest: int) -> dict[int, str]:
    from studio.inference.generate import load

    ticker.tell("Loading the base model of this machine")
    engine = load(Path(work.model.path), {}, work.threads)
    ticker.restart_clock()
    return ticker.follow(engine.answer_batches("base", prompts, longest), "The base model of this machine answers")


def _row(number: int, example: Example, answers: dict[str, str]) -> Row:
    return Row(
        row=number,
        line=example.line,
        prompt=tuple(turn.as_dict() for turn in example.prompt),
        wanted=example.answer,
        answers=answers,
        losses={},
        exact={name: is_exact(answer, example.answer) for name, answer in answers.items()},
        labels=example.labels,
    )
