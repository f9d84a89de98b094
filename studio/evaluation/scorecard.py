"""The scorecard on disk: scorecard.json (numbers and verdict) and rows.jsonl (a line a row). Torch-free.

The evaluation job writes both through here; page and command line load them.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from studio.errors import JobError
from studio.evaluation.intervals import Interval
from studio.evaluation.verdict import Word

VERSION = 1
CARD = "scorecard.json"
ROWS = "rows.jsonl"
Group = Literal["got better", "got worse", "still wrong", "right before and after", "about the same"]
CANDIDATES = ("base", "tuned")
GROUPS: tuple[Group, ...] = ("got better", "got worse", "still wrong", "right before and after", "about the same")
TOLERANCE = 0.05
"""Scores of a row that lie no further apart are about the same."""


@dataclass(frozen=True)
class Row:
    """One test row as the candidates did it; the mappings are keyed by their ids, 'base' and 'tuned' among them.

    row: number of the stored row (0-based). line: line of the original file (1-based). prompt: messages before the
    last answer. losses: nats per token of the wanted answer (of a classifier: nats of the wanted labels), empty where a
    model is hosted. labels: the wanted ones, of a text to classify. scores: 0 to 1, of answers that are hardly ever
    exactly right; empty where exact matches say enough. shares: of classifiers, the likeliest labels with their
    probabilities. judged: whom a judge prefers, 1 the tuned model, 0 the base model, 0.5 neither. worse: like losses,
    of the answer that a preference row likes less.
    """

    row: int
    line: int
    prompt: tuple[dict[str, str], ...]
    wanted: str
    answers: dict[str, str]
    losses: dict[str, float]
    exact: dict[str, bool]
    labels: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    shares: dict[str, list[Any]] = field(default_factory=dict)
    judged: float | None = None
    worse: dict[str, float] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        """What tuning did to this row."""
        return self.against("base")

    def against(self, other: str) -> Group:
        """How the tuned model did this row beside another candidate: by its score where it has one, else by the exact
        match."""
        if "tuned" in self.scores and other in self.scores:
            step = self.scores["tuned"] - self.scores[other]
            return "about the same" if abs(step) <= TOLERANCE else "got better" if step > 0 else "got worse"
        if self.exact["tuned"]:
            return "right before and after" if self.exact[other] else "got better"
        return "got worse" if self.exact[other] else "still wrong"


@dataclass(frozen=True)
class Candidate:
    """The measures of one candidate and their 95 % intervals, under the same names.

    title, kind: as its entrant has them. tokens, read: of an answer and of its prompt, mean; seconds: for an answer,
    mean; None where there is nothing to count. cost: US dollars for all its answers, None where it is not known.
    """

    name: str
    metrics: dict[str, float]
    intervals: dict[str, Interval]
    title: str = ""
    kind: str = ""
    tokens: float | None = None
    read: float | None = None
    seconds: float | None = None
    cost: float | None = None


@dataclass(frozen=True)
class LabelTable:
    """How each label was told. labels: {label, wanted, base: {told, right, precision, recall, f1}, tuned: the same} of
    each. taken: {wanted, answered, rows} of the tuned model's mistakes, the most frequent first; empty where texts have
    several labels."""

    labels: tuple[dict[str, Any], ...]
    taken: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Scorecard:
    """All that one evaluation found. rows: how many test rows were judged. checkpoint, data, split: fingerprints
    (split '' when every row of the file was judged). comparison: compare.Comparison as JSON, None without rows.
    labels: None where the rows have none. guess: the most frequent label, which stands in for the base of a
    classifier; '' otherwise. cost: US dollars for the answers of hosted models, None where there is none to tell.
    comparisons: the tuned model against every other candidate (compare.Against as JSON, with its title). needed:
    whether tuning was (see needed.py). general: what was forgotten (forgetting.Forgotten as JSON). judge: what a judge
    said (judge.Judged as JSON). version, template: of data set and chat template; base_model: its fingerprint.
    beside: the end of the sentence, about the others."""

    job: str
    train_job: str
    checkpoint: str
    data: str
    split: str
    rows: int
    rows_seen: int
    candidates: tuple[Candidate, ...]
    comparison: dict[str, Any] | None
    verdict: Word
    sentence: str
    decided_by: str
    labels: LabelTable | None = None
    guess: str = ""
    details: tuple[Row, ...] = ()
    cost: float | None = None
    comparisons: tuple[dict[str, Any], ...] = ()
    needed: str = ""
    general: dict[str, Any] | None = None
    judge: dict[str, Any] | None = None
    version: int | None = None
    template: str = ""
    base_model: str = ""
    model_name: str = ""
    beside: str = ""

    def in_group(self, group: Group) -> tuple[Row, ...]:
        return tuple(row for row in self.details if row.group == group)

    def result(self) -> dict[str, Any]:
        """The `evaluate` document of the command line."""
        told = asdict(self.labels) if self.labels else {}
        return {
            "job": self.job,
            "rows": self.rows,
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "verdict": self.verdict,
            "sentence": self.sentence,
            **({"cost": self.cost} if self.cost is not None else {}),
            "decided_by": self.decided_by,
            "comparisons": list(self.comparisons),
            "needed": self.needed,
            **({"general": self.general} if self.general is not None else {}),
            **({"judge": self.judge} if self.judge is not None else {}),
            # as JSON gives them back
            **{name: list(value) for name, value in told.items()},
        }


def save(card: Scorecard, folder: Path) -> None:
    """Writes the rows, then the scorecard, each by rename: a scorecard that is there is complete."""
    lines = (json.dumps(asdict(row), ensure_ascii=False) for row in card.details)
    _replace(folder / ROWS, (line + "\n" for line in lines))
    head = {"v": VERSION, **{name: value for name, value in asdict(card).items() if name != "details"}}
    _replace(folder / CARD, [json.dumps(head, ensure_ascii=False, indent=1, allow_nan=False) + "\n"])


def load(folder: Path) -> Scorecard | None:
    """The scorecard of an evaluation's job folder with its rows; None when there is none yet.

    Raises JobError when it is there but cannot be read.
    """
    try:
        text = (folder / CARD).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        raw = json.loads(text)
        if raw.pop("v") > VERSION:
            raise JobError("This scorecard was made by a newer version of the studio.", "Update the studio to open it.")
        candidates = tuple(_candidate(one) for one in raw.pop("candidates"))
        with (folder / ROWS).open(encoding="utf-8") as lines:
            details = tuple(_row(json.loads(line)) for line in lines)
        labels = raw.pop("labels", None)
        table = LabelTable(tuple(labels["labels"]), tuple(labels["taken"])) if labels else None
        comparisons = tuple(raw.pop("comparisons", ()))
        return Scorecard(**raw, candidates=candidates, labels=table, details=details, comparisons=comparisons)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JobError(f"The scorecard in {folder.name} cannot be read.", "Evaluate the run again.") from error


def _candidate(raw: dict[str, Any]) -> Candidate:
    intervals = {name: (low, high) for name, (low, high) in raw["intervals"].items()}
    return Candidate(**{**raw, "intervals": intervals})


def _row(raw: dict[str, Any]) -> Row:
    return Row(**{**raw, "prompt": tuple(raw["prompt"]), "labels": tuple(raw.get("labels", ()))})


def _replace(path: Path, chunks: Iterable[str]) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
