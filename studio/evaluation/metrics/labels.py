"""Labels: the share of rows whose labels are told right, and how well each label is told, however rare it is."""

from collections.abc import Sequence
from typing import ClassVar

from studio.evaluation.intervals import bootstrap_macro_f1
from studio.evaluation.metrics.base import Graded, Measure, Measured, Score
from studio.models.labels import macro_f1


class LabelsTold:
    """accuracy (share of rows whose labels are all told, and no other) and macro_f1 (mean over the labels of the
    harmonic mean of precision and recall, so that a rare label counts as much as a frequent one).

    Example: 9 of 10 rows are `ham`, and every row is told `ham`: accuracy 0.9, macro_f1 0.47.
    """

    id: ClassVar[str] = "labels"
    title: ClassVar[str] = "Labels"
    what: ClassVar[str] = "How often the labels are told right, over all rows and over all labels."

    def measure(self, rows: Sequence[Graded]) -> Sequence[Measured]:
        if not all(row.labels for row in rows):
            return []
        wanted, told = [row.labels for row in rows], [row.told for row in rows]
        right = tuple(float(set(one) == set(other)) for one, other in zip(wanted, told, strict=True))
        return [
            Measure("accuracy", right, higher_is_better=True, share=True),
            Score("macro_f1", macro_f1(wanted, told), bootstrap_macro_f1(wanted, told), higher_is_better=True),
        ]
