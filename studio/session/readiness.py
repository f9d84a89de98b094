"""What a training run needs before it may start: data, model, method and options, each checked, every fault named.

What was not named is proposed, for these rows and with what was named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from studio import data, methods
from studio.data.values import Split
from studio.errors import DataError, ModelError, NotFoundError, OptionError, StudioError
from studio.methods.base import STRENGTHS, Method, Options
from studio.methods.recommended import propose
from studio.methods.settling import Choice
from studio.methods.situation import Rows, unsuited
from studio.models import ModelInfo
from studio.session.datasets import Datasets
from studio.session.device import tuning_memory_bytes
from studio.session.estimates import CHARACTERS, row_tokens
from studio.session.models import Models
from studio.session.values import Dataset

RECOMMENDED = "recommended"


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
    """What was found for a run, None for what has a fault; faults in the order a person would mend them. choices: what
    was proposed, with the reasons."""

    strength: str = "balanced"
    dataset: Dataset | None = None
    split: Split | None = None
    split_file: Path | None = None
    rows: Rows | None = None
    choices: tuple[Choice, ...] = ()
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
    strength: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Gathered:
    """Checks everything and stops at nothing; the data set gets its split here when it has none yet.

    model, method: 'recommended' for what suits the rows; strength None: as proposed.
    """
    found = Gathered()
    for step in (
        lambda: _data(found, datasets, project_id, dataset_id),
        lambda: _model(found, models, model),
        lambda: _method(found, method),
        lambda: _proposed(found, models, model, strength),
        lambda: _options(found, options),
        lambda: _together(found),
    ):
        try:
            step()
        except StudioError as fault:
            found.faults.append(_at_its_field(fault))
    return found


def _at_its_field(fault: StudioError) -> StudioError:
    """What is wrong with a base model is said where it was chosen, whichever of its files is at fault."""
    if isinstance(fault, ModelError):
        fault.field = "model"
    return fault


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
    found.rows = _rows(datasets, dataset, found.split)


def _rows(datasets: Datasets, dataset: Dataset, split: Split) -> Rows:
    shape = dataset.report.shape
    task = data.format_named(shape).TASK if shape else "chat"
    numbers = datasets.statistics(dataset.id).numbers
    labels, rarest = (numbers.label_count, numbers.label_least) if task == "classify" else (0, 0)
    return Rows(
        task,
        training=len(split.training),
        labels=labels,
        rarest=rarest,
        answer=numbers.answer_median,
        typical=round(row_tokens(numbers)),
        longest=round((numbers.prompt_longest + numbers.answer_longest) / CHARACTERS),
        has_test=bool(split.test),
    )


def _model(found: Gathered, models: Models, reference: str) -> None:
    if reference != RECOMMENDED:
        found.model = models.inspect(reference)


def _method(found: Gathered, name: str) -> None:
    if name != RECOMMENDED:
        found.method = methods.get(name)


def _proposed(found: Gathered, models: Models, reference: str, strength: str | None) -> None:
    if strength is not None and strength not in STRENGTHS:
        raise OptionError(
            f"There is no strength called {strength}.", f"Choose one of: {', '.join(STRENGTHS)}.", field="strength"
        )
    proposal = propose(
        found.rows or Rows("chat", 0),
        models.at_hand(),
        model=found.model,
        method=found.method,
        strength=strength,
        memory=tuning_memory_bytes(),
    )
    found.strength, found.choices = proposal.strength, proposal.choices
    found.method, found.options = proposal.method, cast(Options, proposal.method.options(**proposal.options))
    if reference == RECOMMENDED:
        # at hand are infos of ours
        found.model = cast(ModelInfo, proposal.model)


def _options(found: Gathered, changed: Mapping[str, Any] | None) -> None:
    proposed, found.options = found.options, None
    if found.method is None or proposed is None:
        return
    values = {**proposed.model_dump(), **(changed or {})}
    found.options = methods.validate(found.method.id, values, found.model)


def _together(found: Gathered) -> None:
    if found.method is None or found.model is None or found.rows is None:
        return
    fault = unsuited(found.method, found.model, found.rows)
    if fault is not None:
        raise fault
