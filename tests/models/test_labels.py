"""Labels: shares, losses, what is told, and the counts behind precision, recall and F1."""

import math

import pytest

from studio.data.values import Message
from studio.errors import JobError
from studio.models import labels
from studio.models.labels import Labels
from tests.tiny_encoder import one

ONE = Labels(("bug", "question"), (8, 2), several=False, rows=10)
SEVERAL = Labels(("bug", "loud", "question"), (5, 4, 5), several=True, rows=10)


def test_labels_of_rows():
    rows = [one(1, "a", "x"), one(2, "b", "y"), one(3, "c", "x")]
    assert labels.of(rows, [one(4, "d", "z")]) == Labels(("x", "y", "z"), (2, 1, 0), several=False, rows=3)
    assert labels.of([*rows, one(5, "e", "x", "y")]).several


def test_the_guess_before_any_text():
    assert ONE.most_frequent == "bug"
    assert sum(ONE.shares) == pytest.approx(1)
    assert ONE.told(ONE.shares) == ("bug",)
    assert all(0 < share < 1 for share in SEVERAL.shares)


def test_losses_are_of_the_wanted_labels():
    assert ONE.loss([0.25, 0.75], ["bug"]) == pytest.approx(-math.log(0.25))
    assert ONE.loss([1.0, 0.0], ["question"]) == pytest.approx(-math.log(1e-6))
    assert ONE.loss([0.5, 0.5], ["strange"]) == pytest.approx(-math.log(1e-6))
    even = SEVERAL.loss([0.5, 0.5, 0.5], ["bug", "loud"])
    assert even == pytest.approx(math.log(2))
    assert SEVERAL.loss([0.9, 0.9, 0.1], ["bug", "loud"]) < even < SEVERAL.loss([0.5, 0.5, 0.5], ["strange"])


def test_what_is_told():
    assert SEVERAL.told([0.6, 0.7, 0.2]) == ("bug", "loud")
    assert SEVERAL.told([0.1, 0.2, 0.3]) == ("question",), "at least one"
    assert ONE.told([0.6, 0.7]) == ("question",)


def test_answers_are_read_as_labels():
    names = {"billing, late", "billing", "late"}
    assert labels.parsed(" billing, late ", names) == ("billing, late",)
    assert labels.parsed("late, billing", names) == ("late", "billing")
    assert labels.parsed("", names) == ()


def test_what_is_read_of_a_conversation():
    turns = [Message("system", "Sort."), Message("user", "first"), Message("assistant", "x"), Message("user", "last")]
    assert labels.text_of(turns) == "last"
    assert labels.text_of(turns[:1]) == ""


def test_counts_and_f1():
    wanted, told = [["a"], ["a"], ["a"], ["b"]], [["a"], ["a"], ["b"], ["c"]]
    found = {item.label: item for item in labels.tally(wanted, told)}
    assert (found["a"].precision, found["a"].recall, found["a"].f1) == (1.0, 2 / 3, 0.8)
    assert (found["b"].f1, found["c"].f1) == (0.0, 0.0)
    assert labels.macro_f1(wanted, told) == pytest.approx(0.8 / 3)
    sklearn = pytest.importorskip("sklearn.metrics")
    flat = [row[0] for row in wanted], [row[0] for row in told]
    assert labels.macro_f1(wanted, told) == pytest.approx(sklearn.f1_score(*flat, average="macro"))


def test_kept_and_read_again(tmp_path):
    assert labels.read(tmp_path) is None
    SEVERAL.write(tmp_path)
    assert labels.read(tmp_path) == SEVERAL
    (tmp_path / labels.FILE).write_text("{")
    with pytest.raises(JobError, match="cannot be read"):
        labels.read(tmp_path)
