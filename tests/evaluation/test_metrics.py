"""Each metric family on rows whose right numbers are known."""

from studio.evaluation.metrics import METRICS, measure
from studio.evaluation.metrics.base import Graded


def graded(*pairs: tuple[str, str]) -> list[Graded]:
    return [Graded(wanted, answer, 0.5) for wanted, answer in pairs]


def test_exact_match_is_strict_but_for_outer_space() -> None:
    rows = graded(("refund", "refund\n"), ("refund", "Refund"), ("a b", "a  b"), ("", ""))
    assert measure(rows)["exact_match"].values == (1.0, 0.0, 0.0, 1.0)


def test_loss_is_the_mean_over_rows() -> None:
    found = measure([Graded("x", "y", 1.0), Graded("x", "y", 3.0)])["loss"]
    assert found.mean == 2.0
    assert not found.higher_is_better


def test_json_fields_are_scored_one_by_one() -> None:
    wanted = '{"category": "billing", "urgent": true}'
    rows = graded(
        (wanted, '{"urgent": true, "category": "billing"}'),
        (wanted, '{"category": "billing", "urgent": 1}'),
        (wanted, "billing"),
        (wanted, '{"category": "other", "urgent": NaN}'),
    )
    found = measure(rows)
    assert found["json_valid"].values == (1.0, 1.0, 0.0, 0.0)
    assert found["field.category"].values == (1.0, 1.0, 0.0, 0.0)
    assert found["field.urgent"].values == (1.0, 0.0, 0.0, 0.0)
    assert found["fields"].values == (1.0, 0.5, 0.0, 0.0)


def test_json_is_left_out_when_answers_are_text() -> None:
    rows = graded(*[('{"a": 1}', '{"a": 1}')] * 8, ("text", "text"))
    assert not {"json_valid", "json_equal", "fields"} & set(measure(rows))


def test_a_field_counts_only_where_it_is_wanted() -> None:
    rows = graded(('{"a": 1}', '{"a": 1}'), ('{"b": 1}', '{"b": 2}'))
    found = measure(rows)
    assert found["field.a"].values == (1.0, None)
    assert found["field.b"].mean == 0.0


def test_every_metric_is_described_with_an_example() -> None:
    for metric in METRICS:
        assert metric.title
        assert metric.what.endswith(".")
        assert "Example:" in (type(metric).__doc__ or "")
