"""A language model as the judge: it reads the question, the wanted answer and two answers, and says which is better.

Each pair is shown in both orders (Zheng et al. 2023: judges prefer what they read first); a judge that changes its mind
with the order has no opinion, and the pair is a tie. It can be asked over any endpoint that speaks the OpenAI protocol.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.data.values import Message
from studio.evaluation import hosted
from studio.evaluation.compare import mcnemar
from studio.evaluation.said import Kept, Said
from studio.evaluation.scorecard import Row
from studio.evaluation.ticker import Ticker
from studio.hosted import talk
from studio.hosted.talk import Used

RUBRIC = (
    "Judge which answer serves the person better. The wanted answer shows what is right; wording may differ. Facts, "
    "form and completeness count; length and politeness alone do not."
)
TASK = (
    "{rubric}\n\nThe question:\n{asked}\n\nThe wanted answer:\n{wanted}\n\nAnswer A:\n{first}\n\n"
    "Answer B:\n{second}\n\n"
    "Say A or B for the better answer, or T when neither is better. Write this one letter and nothing else."
)
ROOM = 8
"""Tokens that the judge may write."""
NO_ANSWER = "(no answer)"


@dataclass(frozen=True)
class Judged:
    """What the judge said. wins, losses: rows on which it prefers the tuned, the base model in both orders; ties: the
    others, of them `swayed` where it went by the order alone and `unread` where it said nothing of what was asked.
    p: two-sided sign test of wins against losses. cost: US dollars, None where the price is not known."""

    model: str
    rubric: str
    rows: int
    wins: int
    losses: int
    ties: int
    swayed: int
    unread: int
    p: float
    cost: float | None


def tokens(rows: Sequence[tuple[str, str, str, str]], rubric: str) -> Used:
    """About what judging these (question, wanted, one answer, the other) in both orders takes: bytes are divided by
    3.5, which English and JSON rarely exceed."""
    read = sum(len(_task(rubric, *row).encode()) for row in rows) / hosted.BYTES_PER_TOKEN
    return Used(2 * math.ceil(read), 2 * len(rows) * ROOM)


def judged(
    told: Mapping[str, Any], rows: Sequence[Row], secrets: Mapping[str, str], kept: Kept, ticker: Ticker, mark: str
) -> tuple[Judged, list[float]]:
    """The judge's word on tuned against base: in sum, and for each row 1 (tuned), 0 (base) or 0.5.

    told: as the spec has it. mark: what the answers depend on. ServiceError when the judge cannot be asked.
    """
    provider, connection = hosted.reach(told, secrets)
    rubric = told["rubric"] or RUBRIC
    pairs = [_pair(row) for row in rows]
    tasks = [_task(rubric, asked, wanted, one, other) for asked, wanted, one, other in pairs]
    tasks += [_task(rubric, asked, wanted, other, one) for asked, wanted, one, other in pairs]
    same = [one.strip() == other.strip() for _, _, one, other in pairs] * 2

    def ask(left: list[int]) -> Iterator[dict[int, Any]]:
        # Of two answers that are the same nobody needs to be asked.
        open_ones = [place for place in left if not same[place]]
        yield {position: Said("T").as_json() for position, place in enumerate(left) if same[place]}
        prompts = [(Message("user", tasks[place]),) for place in open_ones]
        where = {place: position for position, place in enumerate(left)}
        for batch in talk.answers(provider, connection, told["model"], prompts, ROOM):
            yield {
                where[open_ones[n]]: Said(a.text, a.used.input, a.used.output, round(a.seconds, 4)).as_json()
                for n, a in batch.items()
            }

    ticker.restart_clock()
    found = ticker.follow(kept.through(mark, range(len(tasks)), ask), f"{told['model']} judges, in both orders")
    said = [Said.from_json(found[place]) for place in range(len(tasks))]
    return _counted(told, rubric, len(rows), said)


def _counted(told: Mapping[str, Any], rubric: str, rows: int, said: Sequence[Said]) -> tuple[Judged, list[float]]:
    words = [word(one.text) for one in said]
    values, swayed, unread = [], 0, 0
    for first, second in zip(words[:rows], words[rows:], strict=True):
        # The tuned model's answer is A in the first order and B in the second one.
        value = 1.0 if (first, second) == ("A", "B") else 0.0 if (first, second) == ("B", "A") else 0.5
        unread += not (first and second)
        swayed += first == second != "T" and bool(first)
        values.append(value)
    wins, losses = values.count(1.0), values.count(0.0)
    used = Used(sum(one.read for one in said), sum(one.tokens for one in said))
    cost = used.dollars(hosted.price(told))
    found = Judged(
        told["model"], rubric, rows, wins, losses, rows - wins - losses, swayed, unread, mcnemar(wins, losses), cost
    )
    return found, values


def word(text: str) -> str:
    """A, B or T, as the judge said it; '' where it said none of them."""
    said = re.search(r"\b(A|B|T|tie|neither)\b", text.strip().strip("*\"'."), re.IGNORECASE)
    if said is None:
        return ""
    found = said[1].upper()
    return "T" if found in ("T", "TIE", "NEITHER") else found


def _pair(row: Row) -> tuple[str, str, str, str]:
    asked = "\n".join(turn["content"] for turn in row.prompt if turn["role"] != "system")
    return asked, row.wanted, row.answers["tuned"] or NO_ANSWER, row.answers["base"] or NO_ANSWER


def _task(rubric: str, asked: str, wanted: str, first: str, second: str) -> str:
    return TASK.format(rubric=rubric, asked=asked, wanted=wanted, first=first, second=second)
