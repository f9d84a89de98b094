"""Turns the rows of a split into token ids, cut to the length limit so that the answer stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio.data.values import Example
from studio.models.loss import targets
from studio.models.template import Encoded, encode


@dataclass(frozen=True)
class Rows:
    """rows: those with something to learn. cut: how many lost the start of their prompt; answers_cut: how many lost the
    end of their answer; without_targets: how many have no token to learn (all turns of weight 0) and were left out."""

    rows: list[Encoded]
    cut: int
    answers_cut: int
    without_targets: int

    @property
    def tokens(self) -> int:
        return sum(len(row.ids) for row in self.rows)

    @property
    def trained_tokens(self) -> int:
        return sum(targets(row) for row in self.rows)


def tokenise(tokenizer: Any, examples: Sequence[Example], limit: int) -> Rows:
    """The examples as rows of at most `limit` tokens each."""
    rows: list[Encoded] = []
    cut = answers_cut = without_targets = 0
    for example in examples:
        whole = _without_tail(encode(tokenizer, example.messages))
        row = shorten(whole, limit)
        if len(row.ids) < len(whole.ids):
            complete = row.ids[-1:] == whole.ids[-1:] and row.ids == whole.ids[-len(row.ids) :]
            cut += complete
            answers_cut += not complete
        if targets(row):
            rows.append(row)
        else:
            without_targets += 1
    return Rows(rows, cut, answers_cut, without_targets)


def shorten(row: Encoded, limit: int) -> Encoded:
    """At most `limit` tokens: the start goes first; an answer that is too long by itself loses its end.

    row: ends with a trained token. The last answer keeps at least one token before it, which its first is told from.
    """
    if len(row.ids) <= limit:
        return row
    answer = len(row.ids)
    while answer > 0 and row.trained[answer - 1]:
        answer -= 1
    start = min(len(row.ids) - limit, max(answer - 1, 0))
    return Encoded(row.ids[start : start + limit], row.trained[start : start + limit])


def _without_tail(row: Encoded) -> Encoded:
    """Without what comes after the last trained token: it costs time and teaches nothing."""
    end = max((index + 1 for index, learn in enumerate(row.trained) if learn), default=0)
    return Encoded(row.ids[:end], row.trained[:end])
