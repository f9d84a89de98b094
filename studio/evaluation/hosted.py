"""Models elsewhere, over the OpenAI protocol: a tuned one at a provider, its base, or any other that can be asked.

They tell no loss on given answers, so their rows have none. What the answers took is counted and priced.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio import hosted
from studio.data.values import Example
from studio.evaluation import prompting
from studio.evaluation.contest import Contest
from studio.evaluation.entrants import Entrant
from studio.evaluation.said import Said
from studio.hosted import talk
from studio.hosted.base import Connection, Price, Provider
from studio.hosted.talk import Answer, Used

SPARE_TOKENS = 16
"""Room beyond the longest wanted answer; its tokens are at most its bytes, and rarely more than half of them."""

BYTES_PER_TOKEN = 3.5
"""English and JSON rarely have fewer."""
USUAL_BYTES = 256
"""Of an answer, where no training example tells."""


def said(entrant: Entrant, contest: Contest) -> Iterator[tuple[Entrant, list[Said]]]:
    """Its answers to every row; ServiceError when it is refused or fails for good."""
    provider, connection = reach(entrant.hosted, contest.secrets)
    longest = max((len(answer.encode()) for answer in contest.answers), default=0) // 2 + SPARE_TOKENS
    shots = prompting.chosen(contest.training, entrant.shots)
    plain = not (entrant.instructions or shots)

    def ask(left: list[int]) -> Iterator[dict[int, Any]]:
        prompts = [contest.examples[place].prompt for place in left]
        if not plain:
            prompts = [prompting.prompted(prompt, entrant.instructions, shots) for prompt in prompts]
        for batch in talk.answers(provider, connection, entrant.hosted["model"], prompts, longest):
            yield {place: _said(answer, longest).as_json() for place, answer in batch.items()}

    contest.ticker.restart_clock()
    mark = entrant.mark(data=contest.data, learned=contest.learned if entrant.shots else "", longest=longest)
    answers = contest.ticker.follow(
        contest.kept.through(mark, contest.numbers, ask), f"{entrant.title} at {provider.title} answers"
    )
    yield entrant, [Said.from_json(answers[place]) for place in range(len(contest.numbers))]


def expected(entrant: Entrant, rows: Sequence[Example], training: Sequence[Example]) -> Used:
    """About the tokens that its answers to these rows take, each as long as the training answers are on average."""
    shots = prompting.chosen(training, entrant.shots)
    prompts = [prompting.prompted(row.prompt, entrant.instructions, shots) for row in rows]
    read = sum(len(turn.content.encode()) for prompt in prompts for turn in prompt)
    lengths = [len(example.answer.encode()) for example in training] or [USUAL_BYTES]
    written = len(rows) * sum(lengths) / len(lengths)
    return Used(math.ceil(read / BYTES_PER_TOKEN), math.ceil(written / BYTES_PER_TOKEN))


def reach(told: Mapping[str, Any], secrets: Mapping[str, str]) -> tuple[Provider, Connection]:
    """The provider and the way to it, with the one secret that is its own."""
    provider = hosted.get(told["provider"], told["address"])
    key = {"key": secrets.get(told["secret"], "")}
    return provider, Connection(told["address"], key, told["private"], told["more"])


def cost(entrant: Entrant, answers: Sequence[Said]) -> float | None:
    """US dollars for these answers; None where the price is not known."""
    used = Used(sum(one.read for one in answers), sum(one.tokens for one in answers))
    return used.dollars(price(entrant.hosted))


def price(told: Mapping[str, Any]) -> Price | None:
    """As the user gave it, else as the register of providers has it."""
    if told.get("price"):
        read, written = told["price"]
        return Price(0.0, read, written, "", "")
    name = told.get("priced_as") or told["model"]
    return hosted.get(told["provider"], told["address"]).model(name).price


def _said(answer: Answer, longest: int) -> Said:
    return Said(
        answer.text, answer.used.input, answer.used.output, round(answer.seconds, 4), answer.used.output >= longest
    )
