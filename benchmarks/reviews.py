"""The review sample with every row judged: the recommended settings beside the classical rival.

One division leaves 30 test rows, too few to tell two classifiers apart. Here each of five seeds divides the 300 rows
into five parts; each part is judged by a training on the others, of which 30 rows choose the best check. Long (25
trainings): finished cells are kept in build/bench, so it can be stopped and goes on.
"""

import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import rival, tasks
from benchmarks.cells import Cells, trained
from benchmarks.first_five_minutes import SEEDS
from benchmarks.table import Row
from studio import data, models
from studio.data.values import Example
from studio.evaluation.intervals import bootstrap_mean
from studio.methods.recommended import propose
from studio.methods.situation import Rows
from studio.session import Session
from studio.settings import load

SAMPLE, PARTS, HELD = "review_sentiment", 5, 30


def measure() -> list[Row]:
    cells, examples = Cells("reviews"), _examples()
    ours, theirs = [0.0] * len(examples), [0.0] * len(examples)
    right: dict[str, list[float]] = {"tuned": [], "rival": []}
    for seed in SEEDS:
        scores = {"tuned": 0, "rival": 0}
        for part, (training, held, judged) in enumerate(_divided(len(examples), seed)):
            sides = [[examples[row] for row in rows] for rows in (training, held, judged)]
            for name, each, sums in (
                ("tuned", _tuned(cells, seed, part, *sides), ours),
                ("rival", rival.told(*map(tasks.pairs, sides)), theirs),
            ):
                scores[name] += sum(each)
                for row, one in zip(judged, each, strict=True):
                    sums[row] += one / len(SEEDS)
        for name, count in scores.items():
            right[name].append(100 * count / len(examples))
    # a row judged under five seeds is one row, not five
    gap = [100 * (one - other) for one, other in zip(ours, theirs, strict=True)]
    low, high = bootstrap_mean(gap)
    return [
        Row("reviews, every row: label right, tuned", tuple(right["tuned"]), "%", "TF-IDF"),
        Row("reviews, every row: label right, TF-IDF", tuple(right["rival"]), "%"),
        Row("reviews, every row: tuned less TF-IDF (95 %)", (low, sum(gap) / len(gap), high), "points", "not below 0"),
    ]


def _tuned(
    cells: Cells, seed: int, part: int, training: list[Example], held: list[Example], judged: list[Example]
) -> list[bool]:
    counts = [sum(example.labels == labels for example in training) for labels in {row.labels for row in training}]
    found = propose(
        Rows("classify", len(training), len(counts), min(counts)),
        [models.resolve("starter"), models.resolve("starter-encoder")],
    )
    info, options = models.resolve(found.model.name), {**found.options, "seed": seed}

    def score(place: Path) -> dict[str, Any]:
        return tasks.scores(info, found.method.teaches, place, judged)

    what = {"model": info.name, "task": "reviews", "draw": f"{seed}.{part}", "rate": options["learning_rate"]}
    what |= {"fingerprint": info.fingerprint, "method": found.method.id, "options": options, "v": 1}
    cell = cells.get(what, lambda: trained(info, found.method.id, options, training, held, score))
    return [one == "1" for one in cell["each"]]


def _divided(count: int, seed: int) -> list[tuple[list[int], list[int], list[int]]]:
    """Rows to learn from, to choose by and to judge, for each of the parts."""
    order = list(range(count))
    random.Random(seed).shuffle(order)
    parts = [order[number::PARTS] for number in range(PARTS)]
    divided = []
    for number, judged in enumerate(parts):
        others = [row for part in parts[:number] + parts[number + 1 :] for row in part]
        divided.append((others[HELD:], others[:HELD], judged))
    return divided


def _examples() -> list[Example]:
    with tempfile.TemporaryDirectory() as home, Session(load(home=home)) as session:
        return data.load_examples(session.datasets.add_sample(session.projects.current().id, SAMPLE).rows)
