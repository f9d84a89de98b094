"""What can be said of a data set beside its report: numbers with the tokens of a model, rows that it would cut, and
whether tuning is the right tool."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio import data
from studio.data import Advice, Finding, Goal, Statistics
from studio.data.checks import length
from studio.models import ModelInfo
from studio.session.preparing import Preparing, counted_with, large, reading_of
from studio.session.values import Dataset


@dataclass(frozen=True)
class Measured:
    """numbers: of the usable rows. context: tokens that the model reads at once, and cut: how many rows have more; None
    where tokens were not counted for the model that was asked for."""

    numbers: Statistics
    context: int | None
    cut: int | None = None


class Looking(Preparing):
    def statistics(self, dataset_id: str, model: ModelInfo | None = None) -> Measured:
        """Counts and lengths of the current version's usable rows; in tokens of `model` where its tokenizer can be read
        without the model. Of a large file what its preparation counted; nothing is counted here then."""
        dataset = self.get(dataset_id)
        reading = reading_of(model)
        tokenizer, context = reading or (None, None)
        found = data.measured(dataset.folder, dataset.version, tokenizer)
        if found is not None:
            return Measured(found, context, self._cut_rows(dataset_id, model))
        if is_large(dataset):
            prepared = data.measured(dataset.folder, dataset.version, counted_with()[0])
            return Measured(prepared or data.measure(dataset.folder, dataset.version, None), None)
        numbers = data.measure(dataset.folder, dataset.version, tokenizer)
        return Measured(numbers, context, self._cut_rows(dataset_id, model))

    def _cut_rows(self, dataset_id: str, model: ModelInfo | None) -> int | None:
        found = self.cut(dataset_id, model)
        return None if found is None else sum(finding.count for finding in found)

    def cut(self, dataset_id: str, model: ModelInfo | None) -> Sequence[Finding] | None:
        """A warning for each row that the model would cut. None where that is not known: its tokenizer cannot be read
        without it, or the file is large and nobody looked with this model (`look_again` does)."""
        dataset, reading = self.get(dataset_id), reading_of(model)
        if reading is None or dataset.report.shape is None:
            return None
        place = (dataset.folder, dataset.version, *reading)
        found = data.cut(*place)
        return found if found is not None or is_large(dataset) else data.find_cut(*place)

    def countable(self, model: ModelInfo) -> bool:
        """Whether tokens can be counted as this model does, without the model."""
        return reading_of(model) is not None

    def seen_by(self, dataset_id: str, model: ModelInfo | None) -> Dataset:
        """The data set with what `cut` finds among the findings of its report."""
        dataset = self.get(dataset_id)
        rules = {rule.id for rule in length.RULES}
        others = tuple(finding for finding in dataset.report.findings if finding.rule not in rules)
        found = (*others, *(self.cut(dataset_id, model) or ()))
        return replace(dataset, report=replace(dataset.report, findings=found))

    def advice(self, dataset_id: str, goal: Goal | None = None, model: ModelInfo | None = None) -> Advice:
        """Whether tuning is the right tool for this data, with reasons. goal: what the person says the model is for."""
        numbers = self.statistics(dataset_id, model).numbers
        return data.advice(self.get(dataset_id).report, numbers, goal)


def is_large(dataset: Dataset) -> bool:
    """Whether nobody waits while all rows are gone through."""
    return large([source.path for source in data.originals(dataset.folder)])
