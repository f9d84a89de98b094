"""Which prompts are read together: every row once, and most of what is alike in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.inference import families as module
from studio.inference.families import families
from studio.inference.greedy import common

token_rows = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=8), min_size=1, max_size=12)


def saved(rows: list[list[int]], groups: list[list[int]]) -> int:
    return sum((len(group) - 1) * common([rows[row] for row in group]) for group in groups)


@given(token_rows)
def test_every_row_is_in_one_family_and_no_more_is_read_than_in_one(rows: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LEAST_SAVED", 3)
        groups = families(rows)
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    assert saved(rows, groups) + len(rows) >= saved(rows, [list(range(len(rows)))])


def test_rows_that_begin_differently_do_not_cost_the_others_their_beginning() -> None:
    usual = [[*range(400), 1000 + row] for row in range(60)]
    cut = [[*range(50), *range(300, 400), 2000 + row] for row in range(4)]
    groups = families([*usual[:30], *cut, *usual[30:]])
    assert [len(group) for group in groups] == [60, 4]
    assert groups[1] == [30, 31, 32, 33]


def test_what_begins_alike_or_hardly_stays_together() -> None:
    assert families([[*range(400), row] for row in range(1000, 1064)]) == [list(range(64))]
    assert families([[row, *range(400)] for row in range(1000, 1064)]) == [list(range(64))]
    assert families([[1]]) == [[0]]
