"""What a newcomer sees in the first five minutes: a sample, the recommended settings, and how much better it became.

Each sample is divided anew for each of five seeds, trained with those settings and judged on its test rows; the
classical rival learns from the same training rows. The base is the untuned model, of a classifier the most frequent
label.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks import rival
from benchmarks.table import Row
from studio import data
from studio.data.values import Example
from studio.evaluation.metrics.json_fields import as_object
from studio.evaluation.scorecard import Scorecard
from studio.models.labels import text_of
from studio.session import Session
from studio.settings import load

SEEDS = (17, 18, 19, 20, 21)
FIELD = "category"


@dataclass
class Seen:
    """One sample over all seeds; percent, and seconds of a whole training job, its start included."""

    seconds: list[float] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    tuned: list[float] = field(default_factory=list)
    rival: list[float] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)
    better: int = 0


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as home, Session(load(home=home)) as session:
        tickets = _over_seeds(session, "support_tickets", f"field.{FIELD}", _category)
        reviews = _over_seeds(session, "review_sentiment", "accuracy", lambda example: example.labels[0])
    return [
        Row("tickets: training", tuple(tickets.seconds), "s", "180 s"),
        Row("tickets: category right, base", tuple(tickets.base), "%", "10 %"),
        Row("tickets: category right, tuned", tuple(tickets.tuned), "%", "75 %"),
        Row("tickets: category right, TF-IDF", tuple(tickets.rival), "%"),
        Row("tickets: valid JSON, tuned", tuple(tickets.valid), "%", "95 %"),
        Row("tickets: verdict better", (float(tickets.better),), "of 5", "5"),
        Row("reviews: training", tuple(reviews.seconds), "s", "180 s"),
        Row("reviews: label right, most frequent", tuple(reviews.base), "%"),
        Row("reviews: label right, tuned", tuple(reviews.tuned), "%", "TF-IDF"),
        Row("reviews: label right, TF-IDF", tuple(reviews.rival), "%"),
        Row("reviews: verdict better", (float(reviews.better),), "of 5", "5"),
    ]


def _over_seeds(session: Session, sample: str, measure: str, label: Callable[[Example], str]) -> Seen:
    project = session.projects.current()
    dataset = session.datasets.add_sample(project.id, sample)
    examples = data.load_examples(dataset.rows)
    seen = Seen()
    for seed in SEEDS:
        split = session.datasets.split(dataset.id, seed=seed)
        began = time.monotonic()
        run = session.runs.start(project.id, dataset.id, options={"seed": seed})
        session.runs.wait(run.id, lambda event: None)
        seen.seconds.append(time.monotonic() - began)
        judged = session.evaluations.start(run.id)
        session.runs.wait(judged.id, lambda event: None)
        card = session.evaluations.scorecard(judged.id)
        assert card is not None, session.runs.get(judged.id).state.sentence
        _add(seen, card, measure)
        parts = (split.training, split.validation, split.test)
        seen.rival.append(100 * rival.accuracy(*(_pairs(examples, part, label) for part in parts)))
        print(f"{sample}, seed {seed}: {card.sentence}", flush=True)
    return seen


def _add(seen: Seen, card: Scorecard, measure: str) -> None:
    base, tuned = (candidate.metrics for candidate in card.candidates[:2])
    seen.base.append(100 * base.get(measure, 0.0))
    seen.tuned.append(100 * tuned[measure])
    seen.valid.append(100 * tuned.get("json_valid", 0.0))
    seen.better += card.verdict == "better"


def _pairs(examples: Sequence[Example], part: Sequence[int], label: Callable[[Example], str]) -> list[tuple[str, str]]:
    return [(text_of(examples[row].messages), label(examples[row])) for row in part]


def _category(example: Example) -> str:
    answer = as_object(example.answer)
    assert answer is not None
    return str(answer[FIELD])
