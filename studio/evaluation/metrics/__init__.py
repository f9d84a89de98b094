"""Every metric family, in the order a scorecard shows them. A new family is one file and one line here."""

from collections.abc import Sequence

from studio.evaluation.metrics.base import Graded, Measured, Metric
from studio.evaluation.metrics.exact import ExactMatch
from studio.evaluation.metrics.json_fields import JsonFields
from studio.evaluation.metrics.labels import LabelsTold
from studio.evaluation.metrics.loss import Loss

METRICS: tuple[Metric, ...] = (Loss(), ExactMatch(), JsonFields(), LabelsTold())


def measure(rows: Sequence[Graded]) -> dict[str, Measured]:
    """All measures that apply to these rows of one candidate, by name, in the order of METRICS."""
    return {found.name: found for metric in METRICS for found in metric.measure(rows)}
