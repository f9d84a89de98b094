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
from studio.evaluation.metrics.pairs import Pairs
from studio.evaluation.metrics.preferred import Preferred
from studio.evaluation.metrics.words import Words

TITLES = {
    "loss": "Loss",
    "perplexity": "Perplexity",
    "prefers": "Prefers the better answer",
    "exact_match": "Whole answer right",
    "exact_normalised": "Right but for case and punctuation",
    "token_f1": "Words in common (F1)",
    "rouge_l": "Wording in order (ROUGE-L)",
    "chrf": "Letters in common (chrF)",
    "bleu": "Word groups in common (BLEU)",
    "json_valid": "Valid JSON",
    "json_equal": "JSON says the same",
    "fields": "Fields right",
    "accuracy": "Labels right",
    "macro_f1": "All labels alike (macro F1)",
    "calibration_error": "Error of stated certainty",
    "format": "In the wanted form",
    "refusal": "Declines to answer",
    "length": "Length in words",
    "judge": "Preferred by the judge",
}
"""What a person reads for each measure."""

METRICS: tuple[Metric, ...] = (
    Loss(),
    Pairs(),
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


def title_of(name: str) -> str:
    """A measure's name in words; a JSON field is called by its own name."""
    return TITLES.get(name) or f"{name.removeprefix('field.')} right"
