"""Numbers and advice about a data set: statistics with the tokens of a model, and whether tuning is the right tool."""

from dataclasses import dataclass
from pathlib import Path

from studio import data
from studio.data import Advice, Goal, Statistics
from studio.models import ModelInfo
from studio.session.preparing import Preparing, counted_with, large


@dataclass(frozen=True)
class Measured:
    """numbers: of the usable rows. context: tokens that the model reads at once, None where tokens were not counted
    for the model that was asked for."""

    numbers: Statistics
    context: int | None


class Looking(Preparing):
    def statistics(self, dataset_id: str, model: ModelInfo | None = None) -> Measured:
        """Counts and lengths of the current version's usable rows; in tokens of `model` where its tokenizer can be read
        without the model. Of a large file what its preparation counted; nothing is counted here then."""
        dataset = self.get(dataset_id)
        tokenizer = _tokenizer(model)
        context = model.context if model and tokenizer else None
        found = data.measured(dataset.folder, dataset.version, tokenizer)
        if found is not None:
            return Measured(found, context)
        if large([source.path for source in data.originals(dataset.folder)]):
            prepared = data.measured(dataset.folder, dataset.version, counted_with())
            return Measured(prepared or data.measure(dataset.folder, dataset.version, None), None)
        return Measured(data.measure(dataset.folder, dataset.version, tokenizer), context)

    def advice(self, dataset_id: str, goal: Goal | None = None, model: ModelInfo | None = None) -> Advice:
        """Whether tuning is the right tool for this data, with reasons. goal: what the person says the model is for."""
        numbers = self.statistics(dataset_id, model).numbers
        return data.advice(self.get(dataset_id).report, numbers, goal)


def _tokenizer(model: ModelInfo | None) -> Path | None:
    """The model's tokenizer as one file, None where it has none."""
    path = Path(model.path) / "tokenizer.json" if model else None
    return path if path and path.is_file() else None
