"""Turns the rows of a split into token ids, cut to the length limit so that the answer stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.data.values import Example, Message
from studio.models.loss import targets
from studio.models.pieces import Encoded
from studio.models.template import encode, is_raw


@dataclass(frozen=True)
class Rows:
    """rows: those with something to learn. cut: how many lost the start of their prompt; answers_cut: how many lost the
    end of their answer; without_targets: how many have no token to learn (all turns of weight 0) and were left out;
    in_pieces: how many texts were cut into several rows."""

    rows: list[Encoded]
    cut: int = 0
    answers_cut: int = 0
    without_targets: int = 0
    in_pieces: int = 0

    @property
    def tokens(self) -> int:
        return sum(len(row.ids) for row in self.rows)

    @property
    def trained_tokens(self) -> int:
        return sum(targets(row) for row in self.rows)


def tokenise(tokenizer: Any, examples: Sequence[Example], limit: int, everything: bool = False) -> Rows:
    """The examples as rows of at most `limit` tokens each. everything: whether prompts are learned as well.

    Raw text that is longer becomes several rows, which together train each of its tokens once.
    """
    rows: list[Encoded] = []
    cut = answers_cut = without_targets = in_pieces = 0
    for example in examples:
        row = encode(tokenizer, [_learned(turn) for turn in example.messages])
        whole = Encoded(row.ids, [True] * len(row.ids)) if everything else _without_tail(row)
        kept = pieces(whole, limit) if is_raw(example.messages) else [shorten(whole, limit)]
        in_pieces += len(kept) > 1
        if len(kept) == 1 and len(kept[0].ids) < len(whole.ids):
            complete = kept[0].ids == whole.ids[-len(kept[0].ids) :]
            cut += complete
            answers_cut += not complete
        found = [row for row in kept if targets(row)]
        rows += found
        without_targets += not found
    return Rows(rows, cut, answers_cut, without_targets, in_pieces)


def pieces(row: Encoded, limit: int) -> list[Encoded]:
    """The row in windows of at most `limit` tokens; each begins with the last token of the one before it, so that every
    token but the first is told from another one."""
    starts = range(0, max(1, len(row.ids) - 1), limit - 1)
    return [Encoded(row.ids[at : at + limit], row.trained[at : at + limit]) for at in starts]


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
    end = start + limit
    return Encoded(row.ids[start:end], row.trained[start:end], row.ids[:start], row.ids[end:])


def _learned(turn: Message) -> Message:
    """A turn that only calls a tool has no text: learned, it would teach the model to say nothing."""
    return replace(turn, weight=0) if turn.calls and not turn.content else turn


def _without_tail(row: Encoded) -> Encoded:
    """Without what comes after the last trained token: it costs time and teaches nothing."""
    end = max((index + 1 for index, learn in enumerate(row.trained) if learn), default=0)
    return Encoded(row.ids[:end], row.trained[:end])
