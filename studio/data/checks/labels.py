"""Rules about labels: of texts to classify, and of pairs whose answers are a few short words that come again and
again."""

import re

from studio.data.batch import Batch
from studio.data.checks.minority import Kinds
from studio.data.log import Log
from studio.data.rules import Rule, listing, quoted

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


class Labels:
    """Counts what may be labels; at the end it is clear whether they are."""

    def __init__(self) -> None:
        self._kinds: Kinds[str] = Kinds()
        self._named = False
        self._rows = 0
        self._none = False

    def see(self, batch: Batch, log: Log) -> None:
        if self._none:
            return
        for example in batch.examples:
            self._rows += 1
            self._named = self._named or bool(example.labels)
            labels = example.labels or (example.answer,)
            for label in labels:
                if len(label) > LONGEST or len(example.messages) == 1 or label[:1] == "{":
                    self._none = not self._named
                self._kinds.add(label, example, label, log)
        self._none = self._none or self._kinds.too_many

    def end(self, log: Log) -> None:
        count = self._kinds.count
        answers_repeat = self._rows >= LEAST_ROWS and len(count) * ROWS_A_LABEL <= self._rows
        if self._none or not count or not (self._named or answers_repeat):
            return
        usual = usual_spellings(count)
        for label, meant in usual.items():
            row = self._kinds.rows[label][0]
            with log.within(row.file):
                shown = {"label": quoted(label), "usual": quoted(meant)}
                log.add(SPELLING, row.line, None, label, places=count[label], **shown)
        if self._rows >= LEAST_ROWS:
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
