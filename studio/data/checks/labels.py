"""Rules about labels: of texts to classify, and of pairs whose answers are a few short words that come again and
again."""

import re
from collections import Counter

from studio.data.batch import Batch
from studio.data.checks.minority import MOST_KINDS
from studio.data.log import Log
from studio.data.rules import Rule, listing, quoted
from studio.data.values import Example

LEAST_ROWS = 20
FEW = 3
MOST = 0.8
LONGEST = 60
ROWS_A_LABEL = 4

RARE = Rule(
    "labels.rare",
    "warning",
    "{what} fewer than 3 examples: {labels}.",
    "Add examples of them, or join them with a label that is near; so few can be neither learned nor tested.",
    b"".join(b'{"prompt": "t%d", "completion": "l%d"}\n' % (n, n % 4) for n in range(40))
    + b'{"prompt": "x", "completion": "rare"}\n',
)
UNBALANCED = Rule(
    "labels.unbalanced",
    "warning",
    "{share:.0%} of the rows have the label {label}; a model that always says so would be right as often.",
    "Add examples of the other labels, and judge the result label by label, not by the share of right answers alone.",
    b"".join(b'{"prompt": "t%d", "completion": "l%d"}\n' % (n, n % 10 == 0) for n in range(60)),
)
SPELLING = Rule(
    "labels.spelling",
    "warning",
    "The label {label} is written {usual} in most rows.",
    "Write each label in one way; to the model these are two labels.",
    b"".join(
        b'{"prompt": "t%d", "completion": "Billing"}\n{"prompt": "u%d", "completion": "other"}\n' % (n, n)
        for n in range(12)
    )
    + b'{"prompt": "x", "completion": "billing "}\n',
    once=True,
)
RULES = (RARE, UNBALANCED, SPELLING)

_GAPS = re.compile(r"(?<=\w)[\s_\-./]+(?=\w)")


class LabelCount:
    """Counts what may be labels, at most so many different ones; after all rows it is clear whether they are."""

    def __init__(self, most: int = MOST_KINDS) -> None:
        self._most = most
        self.rows = 0
        self.count: Counter[str] = Counter()
        self._named = self._texts = False

    def add(self, example: Example) -> None:
        self.rows += 1
        if example.labels:
            self._named = True
        elif self._texts or len(example.answer) > LONGEST or len(example.messages) == 1 or example.answer[:1] == "{":
            self._texts = True
            return
        for label in example.labels or (example.answer,):
            if label in self.count or len(self.count) < self._most:
                self.count[label] += 1
            else:
                self._texts = True

    @property
    def may_be_labels(self) -> bool:
        """Whether no row so far was without."""
        return not self._texts

    def are_labels(self) -> bool:
        """Whether the rows say so, or else whether their answers are few, short and come again and again."""
        if self._texts or not self.count:
            return False
        return self._named or (self.rows >= LEAST_ROWS and len(self.count) * ROWS_A_LABEL <= self.rows)

    def usual_spellings(self) -> dict[str, str]:
        """For each label that is a rarer spelling of another, the usual one; empty where there are no labels."""
        return usual_spellings(self.count) if self.are_labels() else {}


class Labels:
    def __init__(self) -> None:
        self._labels = LabelCount()
        self._first: dict[str, tuple[int, str | None]] = {}

    def see(self, batch: Batch, log: Log) -> None:
        for example in batch.examples:
            self._labels.add(example)
            for label in example.labels or (example.answer,):
                if label in self._labels.count:
                    self._first.setdefault(label, (example.line, log.file))

    def end(self, log: Log) -> None:
        if not self._labels.are_labels():
            return
        usual, count = self._labels.usual_spellings(), self._labels.count
        for label, meant in usual.items():
            line, file = self._first[label]
            with log.within(file):
                shown = {"label": quoted(label), "usual": quoted(meant)}
                log.add(SPELLING, line, None, label, places=count[label], **shown)
        if self._labels.rows >= LEAST_ROWS:
            self._balance({label: n for label, n in count.items() if label not in usual}, log)

    def _balance(self, count: dict[str, int], log: Log) -> None:
        label = max(count, key=lambda label: count[label])
        rare = [label for label, rows in count.items() if rows < FEW]
        if rare:
            what = "1 label has" if len(rare) == 1 else f"{len(rare):,} labels have"
            log.add(RARE, None, what=what, labels=listing(rare))
        share = count[label] / sum(count.values())
        if share >= MOST and len(count) > 1:
            log.add(UNBALANCED, None, share=share, label=quoted(label))


def plain_form(label: str) -> str:
    """What two spellings of the same label have in common."""
    return _GAPS.sub(" ", label.casefold()).strip(" .,;:!?\"'")


def usual_spellings(count: dict[str, int]) -> dict[str, str]:
    """For each label that is a rarer spelling of another, the usual one; of two equally frequent ones the first in the
    alphabet."""
    groups: dict[str, list[str]] = {}
    for label in count:
        groups.setdefault(plain_form(label), []).append(label)
    usual = {}
    for plain, group in groups.items():
        if plain and len(group) > 1:
            best = min(group, key=lambda label: (-count[label], label != label.strip(), label))
            usual.update({label: best for label in group if label != best})
    return usual
