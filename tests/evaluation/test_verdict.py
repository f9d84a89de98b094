"""Verdicts on constructed rows: said only when the paired evidence says so."""

import pytest

from studio.evaluation.compare import Comparison, difference, matches, mcnemar, rows_for_evidence
from studio.evaluation.verdict import Verdict, decide

LONG = "A long answer in free text that nobody would hit character by character, number {}."


def judge(
    base: list[int],
    tuned: list[int],
    *,
    losses: tuple[float, float] = (1.0, 1.0),
    wanted: list[str] | None = None,
    fields: tuple[list[float], list[float]] | None = None,
    rows_seen: int = 120,
) -> Verdict:
    rows = len(base)
    jitter = [0.01 * (n % 5) for n in range(rows)]
    found = Comparison(
        matches([bool(b) for b in base], [bool(t) for t in tuned]),
        difference(
            [losses[0] + j for j in jitter], [losses[1] + 1.1 * j for j in reversed(jitter)], higher_is_better=False
        ),
        difference(fields[0], fields[1], higher_is_better=True) if fields else None,
    )
    return decide(found, wanted or [f"label {n % 4}" for n in range(rows)], rows_seen)


def test_twelve_wins_to_none_is_better() -> None:
    found = judge([0] * 12, [1] * 12)
    assert found.word == "better"
    assert "12 exactly right" in found.sentence


def test_two_differing_rows_of_twelve_cannot_tell() -> None:
    found = judge([1] * 6 + [0] * 6, [1] * 8 + [0] * 4)
    assert found.word == "cannot tell"
    assert "2 rows where they differ could be chance" in found.sentence
    assert "about 33 test rows" in found.sentence


def test_worse_is_said_aloud() -> None:
    found = judge([1] * 9 + [0] * 3, [0] * 12, losses=(1.0, 0.2))
    assert found.word == "worse"


def test_better_loss_without_better_answers_is_told_but_does_not_decide() -> None:
    found = judge([0] * 12, [0] * 12, losses=(2.0, 0.5))
    assert found.word == "cannot tell"
    assert "surprise the tuned model less" in found.sentence


def test_long_free_text_is_decided_by_loss() -> None:
    wanted = [LONG.format(n) for n in range(12)]
    assert judge([0] * 12, [0] * 12, losses=(2.0, 0.5), wanted=wanted).word == "better"
    assert judge([0] * 12, [0] * 12, losses=(0.5, 2.0), wanted=wanted).word == "worse"
    assert judge([0] * 12, [0] * 12, losses=(1.0, 1.0), wanted=wanted).word == "cannot tell"


def test_json_fields_decide_when_whole_answers_hardly_match() -> None:
    wanted = [f'{{"category": "c{n}", "urgency": "u{n}", "area": "long {n}"}}' for n in range(12)]
    fields = ([0.0] * 12, [1 / 3, 2 / 3] * 6)
    found = judge([0] * 12, [0] * 11 + [1], wanted=wanted, fields=fields)
    assert (found.word, found.decided_by) == ("better", "fields")
    assert judge([0] * 12, [0] * 12, wanted=wanted, fields=(fields[1], fields[0])).word == "worse"
    assert judge([0] * 12, [0] * 12, wanted=wanted, fields=(fields[0], fields[0])).word == "cannot tell"


@pytest.mark.parametrize("rows_seen", [0, 1, 39])
def test_fewer_than_forty_rows_cannot_tell(rows_seen: int) -> None:
    found = judge([0] * 12, [1] * 12, rows_seen=rows_seen)
    assert found.word == "cannot tell"
    assert "40 or more" in found.sentence


def test_mcnemar_by_hand() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 / 64)
    assert mcnemar(5, 0) == pytest.approx(2 / 32)
    assert mcnemar(3, 3) == 1.0


def test_no_number_of_rows_is_promised_for_an_even_split() -> None:
    assert rows_for_evidence(matches([True, False], [False, True])) is None
