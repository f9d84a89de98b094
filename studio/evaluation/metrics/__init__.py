"""Every metric family, in the order a scorecard shows them. A new family is one file and one line here.

Which of the measures decides is proposed by what the wanted answers are (verdict.py), and can be chosen instead.
"""

from collections.abc import Sequence

from studio.evaluation.metrics.base import Graded, Measured, Metric
from studio.evaluation.metrics.calibration import Calibration
from studio.evaluation.metrics.exact import ExactMatch
from studio.evaluation.metrics.form import Form
from studio.evaluation.metrics.json_fields import JsonFields
from studio.evaluation.metrics.labels import LabelsTold
from studio.evaluation.metrics.loss import Loss
from studio.evaluation.metrics.overlap import Overlap
from studio.evaluation.metrics.preferred import Preferred
from studio.evaluation.metrics.words import Words

METRICS: tuple[Metric, ...] = (
    Loss(),
    ExactMatch(),
    Words(),
    JsonFields(),
    LabelsTold(),
    Overlap(),
    Calibration(),
    Form(),
    Preferred(),
)


def measure(rows: Sequence[Graded]) -> dict[str, Measured]:
    """All measures that apply to these rows of one candidate, by name, in the order of METRICS."""
    return {found.name: found for metric in METRICS for found in metric.measure(rows)}
