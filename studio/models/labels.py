"""The labels that a classifier tells: their names, how often each was seen, and how well they were told. Torch-free.

labels.json lies beside a tuned classifier's weights; without it a model folder is no classifier of ours.
"""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.data.values import Example, Message
from studio.errors import JobError

FILE = "labels.json"
BETWEEN = ", "
"""Between the labels of a text that has several, where they are written as one answer."""
LEAST_SHARE = 1e-6
"""No probability is taken as lower, so that a label never seen in training has a finite loss (13.8 nats)."""


@dataclass(frozen=True)
class Labels:
    """names: in the order of the head's outputs. counts: training rows with each. several: a text may have more than
    one. rows: training rows."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    several: bool
    rows: int

    @property
    def most_frequent(self) -> str:
        return self.names[max(range(len(self.names)), key=lambda index: self.counts[index])]

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of training rows with each label, as a guess before any text is read (add-one smoothing)."""
        other = 2 if self.several else len(self.names)
        return tuple((count + 1) / (self.rows + other) for count in self.counts)

    def numbers(self, labels: Iterable[str]) -> tuple[int, ...]:
        """Positions of these labels; those without one are passed over."""
        known = {name: index for index, name in enumerate(self.names)}
        return tuple(sorted(known[label] for label in labels if label in known))

    def loss(self, probabilities: Sequence[float], wanted: Iterable[str]) -> float:
        """What the probabilities (one a label) cost when `wanted` is right: nats; with several labels the mean over all
        of them. A wanted label that is not among the names costs as much as one that was held for impossible."""
        wanted = tuple(wanted)
        numbers = self.numbers(wanted)
        strange = len(wanted) - len(numbers)
        if not self.several:
            return -math.log(max(LEAST_SHARE, probabilities[numbers[0]] if numbers else 0.0))
        costs = [
            -math.log(max(LEAST_SHARE, share if index in numbers else 1 - share))
            for index, share in enumerate(probabilities)
        ]
        return (sum(costs) - strange * math.log(LEAST_SHARE)) / (len(costs) + strange)

    def told(self, probabilities: Sequence[float]) -> tuple[str, ...]:
        """The labels these probabilities tell: the likeliest; with several, all from one half up, at least one."""
        best = max(range(len(self.names)), key=lambda index: probabilities[index])
        chosen = {best} | {index for index, share in enumerate(probabilities) if self.several and share >= 0.5}
        return tuple(self.names[index] for index in sorted(chosen))

    def write(self, folder: Path) -> None:
        values = {"names": self.names, "counts": self.counts, "several": self.several, "rows": self.rows}
        (folder / FILE).write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")


def read(folder: Path) -> Labels | None:
    """The labels of a tuned classifier's folder; None when it is none. JobError when they cannot be read."""
    if not (folder / FILE).is_file():
        return None
    try:
        raw = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Labels(tuple(raw["names"]), tuple(raw["counts"]), bool(raw["several"]), int(raw["rows"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise JobError(
            f"The labels in {folder.name} cannot be read.", "Use another checkpoint, or train again."
        ) from None


def of(training: Sequence[Example], validation: Sequence[Example] = ()) -> Labels:
    """The labels of these rows in alphabetical order, counted over the training rows."""
    counts = Counter(label for example in training for label in set(example.labels))
    names = sorted(set(counts) | {label for example in validation for label in example.labels})
    several = any(len(set(example.labels)) > 1 for example in (*training, *validation))
    return Labels(tuple(names), tuple(counts[name] for name in names), several, len(training))


def written(labels: Iterable[str]) -> str:
    """Several labels as one answer."""
    return BETWEEN.join(labels)


def parsed(answer: str, names: Collection[str]) -> tuple[str, ...]:
    """The labels an answer names: the whole of it where that is a label (some hold commas), else its parts."""
    whole = answer.strip()
    if whole in names:
        return (whole,)
    return tuple(dict.fromkeys(part.strip() for part in whole.split(BETWEEN.strip()) if part.strip()))


def text_of(messages: Sequence[Message]) -> str:
    """What is read of a conversation to tell its labels: what the user said last."""
    return next((message.content for message in reversed(messages) if message.role == "user"), "")


@dataclass(frozen=True)
class Told:
    """How one label was told. wanted: rows that have it; told: rows said to have it; right: both."""

    label: str
    wanted: int
    told: int
    right: int

    @property
    def precision(self) -> float:
        """Of the rows said to have it, the share that do; 0 when none was said to."""
        return self.right / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        """Of the rows that have it, the share that were told; 0 when none has it."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.wanted + self.told) if self.wanted + self.told else 0.0


def tally(wanted: Sequence[Iterable[str]], told: Sequence[Iterable[str]]) -> tuple[Told, ...]:
    """For each label that any row has or was said to have, how it was told; in alphabetical order."""
    has, said, right = Counter[str](), Counter[str](), Counter[str]()
    for one, other in zip(map(set, wanted), map(set, told), strict=True):
        has.update(one)
        said.update(other)
        right.update(one & other)
    return tuple(Told(name, has[name], said[name], right[name]) for name in sorted(set(has) | set(said)))


def macro_f1(wanted: Sequence[Iterable[str]], told: Sequence[Iterable[str]]) -> float:
    """Mean F1 over all labels that rows have or were said to have; each label counts the same, however rare."""
    found = [one.f1 for one in tally(wanted, told)]
    return sum(found) / len(found) if found else 0.0
