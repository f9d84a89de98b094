"""Rows as the model sees them: decoded, with what is learned and what was cut away marked."""

from itertools import groupby
from typing import Any, Literal

from studio.models.labels import Labels, written
from studio.models.pieces import Encoded
from studio.training.labels import LabelledRow
from studio.training.pairs import Pair

How = Literal["read", "learned", "cut"]
Piece = tuple[str, How]
"""A piece of text: only read, learned, or cut away before the model saw it."""


def shown(tokenizer: Any, row: Any, labels: Labels | None) -> list[list[Piece]]:
    """The texts of one row in pieces: one text, or for a pair the better and the worse answer. labels: of a
    classifier's rows."""
    if isinstance(row, Pair):
        return [_written(tokenizer, row.better), _written(tokenizer, row.worse)]
    if isinstance(row, LabelledRow):
        assert labels is not None
        names = written(labels.names[number] for number in row.labels)
        return [[(tokenizer.decode(row.ids), "read"), (names, "learned")]]
    return [_written(tokenizer, row)]


def _written(tokenizer: Any, row: Encoded) -> list[Piece]:
    # the first token has nothing before it to be told from
    learned = [False, *row.trained[1:]]
    marks: list[How] = ["learned" if one else "read" for one in learned]
    before: list[How] = ["cut"] * len(row.lost_before)
    after: list[How] = ["cut"] * len(row.lost_after)
    whole = [*row.lost_before, *row.ids, *row.lost_after]
    marked = zip(whole, [*before, *marks, *after], strict=True)
    groups = groupby(marked, key=lambda pair: pair[1])
    return [(tokenizer.decode([token for token, _ in group]), how) for how, group in groups]
