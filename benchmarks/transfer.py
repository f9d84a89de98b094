"""What the starter models have learnt that helps with few rows, beside random weights of their shapes and the classical
rival. Long (an hour or more on two cores): finished cells are kept in build/bench, so it can be stopped and goes on.

banking77: ten intents drawn five times, 8 rows each to learn from, 8 others to choose one of three learning rates by,
all test rows of those intents to judge. The models that write are tuned twice: to write the intent, and with a head of
labels. snips: 200 commands answered as JSON. For the starter's first version unpack it
to build/bench/starter-1: `git archive 7e87b58 assets/starter | tar x --strip-components=2 -C build/bench/starter-1`.
"""

from pathlib import Path
from typing import Any

from benchmarks import rival, tasks
from benchmarks.cells import KEPT, Cells, random_like, trained
from benchmarks.table import Row
from benchmarks.tasks import Parts
from studio import models
from studio.methods.base import Method
from studio.methods.classifier import Classifier
from studio.methods.recommended import propose
from studio.methods.situation import Rows
from studio.models import ModelInfo

DRAWS, EACH = 5, 8
RATES = (0.5, 1.0, 2.0)
"""Of the recommended learning rate."""
SNIPS_ROWS, SNIPS_HELD, SNIPS_TEST = 200, 50, 400


def measure() -> list[Row]:
    tasks.demand()
    cells = Cells("transfer")
    starter, encoder = models.resolve("starter"), models.resolve("starter-encoder")
    writers = [starter, random_like(starter)]
    if (KEPT / "starter-1" / "config.json").is_file():
        writers.insert(1, models.inspect(KEPT / "starter-1", name="starter version 1"))
    rows = []
    draws = [tasks.banking(draw, EACH, EACH) for draw in range(DRAWS)]
    for info in (*writers, encoder, random_like(encoder)):
        found = [_best(cells, info, "banking77", draw, parts) for draw, parts in enumerate(draws)]
        rows.append(Row(f"banking77, 8 rows each: {info.name}", tuple(100 * one["right"] for one in found), "%"))
    for info in writers:
        found = [_best(cells, info, "banking77", draw, parts, Classifier()) for draw, parts in enumerate(draws)]
        name = f"banking77, 8 rows each: {info.name}, head of labels"
        rows.append(Row(name, tuple(100 * one["right"] for one in found), "%"))
    classical = tuple(100 * _classical(parts) for parts in draws)
    rows.append(Row("banking77, 8 rows each: TF-IDF", classical, "%"))
    for info in writers:
        found = _best(cells, info, "snips", 0, tasks.snips(0, SNIPS_ROWS, SNIPS_HELD, SNIPS_TEST))
        rows.append(Row(f"snips, 200 rows, whole JSON: {info.name}", (100 * found["right"],), "%"))
        rows.append(Row(f"snips, 200 rows, intent: {info.name}", (100 * found["intent"],), "%"))
    return rows


def _best(
    cells: Cells, info: ModelInfo, task: str, draw: int, parts: Parts, method: Method | None = None
) -> dict[str, Any]:
    """The test scores under the learning rate that does best on the validation rows. method: None for the recommended
    one."""
    labels = {example.labels for example in parts.training if example.labels}
    situation = Rows("classify" if labels else "chat", len(parts.training), len(labels), EACH if labels else 0)
    found = propose(situation, [info], model=info, method=method)

    def score(place: Path) -> dict[str, Any]:
        held = tasks.scores(info, found.method.teaches, place, parts.validation)
        return {**tasks.scores(info, found.method.teaches, place, parts.test), "chosen_by": held["right"]}

    def cell(factor: float) -> dict[str, Any]:
        rate = found.options["learning_rate"] * factor
        options: dict[str, Any] = {**found.options, "learning_rate": rate, "seed": 17 + draw}
        what = {"model": info.name, "task": task, "draw": draw, "rate": rate}
        what |= {"fingerprint": info.fingerprint, "method": found.method.id, "options": options, "v": 1}
        return cells.get(what, lambda: trained(info, found.method.id, options, parts.training, parts.validation, score))

    return max(map(cell, RATES), key=lambda scores: (scores["chosen_by"], -scores["loss"]))


def _classical(parts: Parts) -> float:
    return rival.accuracy(tasks.pairs(parts.training), tasks.pairs(parts.validation), tasks.pairs(parts.test))
