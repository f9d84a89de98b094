"""What a training run needs before it may start: data, model, method and options, each checked, every fault named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from studio import methods
from studio.data.values import Split
from studio.errors import DataError, NotFoundError, OptionError, StudioError
from studio.methods.base import STRENGTHS, Method, Options, Strength, parse
from studio.models import ModelInfo
from studio.session.datasets import Datasets
from studio.session.models import Models
from studio.session.values import Dataset

DEFAULT_STRENGTH: Strength = "balanced"


@dataclass(frozen=True)
class Complete:
    """All that a run needs, without a fault."""

    strength: str
    dataset: Dataset
    split_file: Path
    model: ModelInfo
    method: Method
    options: Options


@dataclass
class Gathered:
    """What was found for a run, None for what has a fault; faults in the order a person would mend them."""

    strength: str
    dataset: Dataset | None = None
    split: Split | None = None
    split_file: Path | None = None
    model: ModelInfo | None = None
    method: Method | None = None
    options: Options | None = None
    faults: list[StudioError] = field(default_factory=list)

    def complete(self) -> Complete:
        """Everything found; raises the first fault when there is one."""
        if self.faults:
            raise self.faults[0]
        parts = (self.strength, self.dataset, self.split_file, self.model, self.method, self.options)
        # Without a fault every part was found.
        return Complete(*cast(Any, parts))


def gather(
    datasets: Datasets,
    models: Models,
    project_id: str,
    dataset_id: str,
    model: str,
    method: str,
    strength: str | None,
    options: Mapping[str, Any] | None,
) -> Gathered:
    """Checks everything and stops at nothing; the data set gets its split here when it has none yet."""
    found = Gathered(strength or DEFAULT_STRENGTH)
    for step in (
        lambda: _data(found, datasets, project_id, dataset_id),
        lambda: _model(found, models, model),
        lambda: _method(found, method, options),
    ):
        try:
            step()
        except StudioError as fault:
            found.faults.append(fault)
    return found


def _data(found: Gathered, datasets: Datasets, project_id: str, dataset_id: str) -> None:
    dataset = datasets.get(dataset_id)
    if dataset.project != project_id:
        raise NotFoundError(f"There is no data set {dataset_id} in this project.", "Choose one from the Data tab.")
    first = next((f for f in dataset.report.findings if f.severity == "error"), None)
    try:
        found.split = datasets.current_split(dataset_id)
    except DataError as fault:
        # Of a file without one usable row, the first finding says more than the count does.
        if first is not None and dataset.report.usable == 0:
            raise DataError(first.message, first.remedy, line=first.line, field=first.field) from fault
        raise
    found.dataset, found.split_file = dataset, datasets.split_file(dataset_id)


def _model(found: Gathered, models: Models, reference: str) -> None:
    found.model = models.inspect(reference)


def _method(found: Gathered, name: str, options: Mapping[str, Any] | None) -> None:
    method = methods.get(name)
    found.method = method
    if found.strength not in STRENGTHS:
        raise OptionError(
            f"There is no strength called {found.strength}.",
            f"Choose one of: {', '.join(STRENGTHS)}.",
            field="strength",
        )
    strength = method.strengths[found.strength]
    found.options = parse(method.options, {**strength, **(options or {})})
