"""Numbers about usable rows: how many, how long, of which form; what the pictures of the Data tab are drawn from."""

import itertools
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from studio.data.checks.answers import keys_of
from studio.data.checks.labels import LabelCount
from studio.data.checks.length import CountTokens
from studio.data.facts import facts_of
from studio.data.languages import language_of
from studio.data.seen import Seen
from studio.data.values import Example

MOST_SHOWN = 50
MOST_LABELS = 20_000
"""Different ones that are counted."""
MOST_KINDS = 10_000
MOST_DISTINCT = 1_000_000
FIRST_ROWS = 500
THEN_EVERY = 100
_BATCH = 1024
_BINS = 24


@dataclass(frozen=True)
class Histogram:
    """counts[n] rows have a length from edges[n] to less than edges[n + 1]; the last edge is in the last bin, which is
    wider where a few rows are far longer than the others. unit: 'tokens' or 'characters'."""

    unit: str
    edges: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Statistics:
    """rows; turns: of all rows; lengths in characters, of all turns before the last answer and of the last answer.

    json_share: share of answers (0 to 1) that are JSON objects; keys_share: of these, with the most frequent keys.
    tokens: of all rows, None where they were not counted. lengths: of whole rows. roles: turns of each. labels and
    first_words (of answers): the most frequent 50 with their rows; label_count: how many labels there are, label_least:
    the rows of the rarest. languages: of the answers, in a sample beyond 500 rows. distinct_share: distinct answers by
    rows, of the first million. facts: names and numbers of an answer that its prompt does not have, the median over
    that sample.
    """

    rows: int
    turns: int
    prompt_median: int
    prompt_longest: int
    answer_median: int
    answer_longest: int
    json_share: float
    keys_share: float = 0.0
    tokens: int | None = None
    lengths: Histogram = Histogram("characters", (0,), ())
    roles: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    label_count: int = 0
    label_least: int = 0
    first_words: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    distinct_share: float = 0.0
    facts: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def statistics(examples: Iterable[Example], count_tokens: CountTokens | None = None) -> Statistics:
    """Statistics of the rows, which are taken as a stream; all zero where there are none."""
    counting = _Counting(count_tokens)
    stream = iter(examples)
    while batch := list(itertools.islice(stream, _BATCH)):
        counting.add(batch)
    return counting.result() if counting.rows else Statistics(0, 0, 0, 0, 0, 0, 0.0)


class _Counting:
    def __init__(self, count_tokens: CountTokens | None) -> None:
        self._count_tokens = count_tokens
        self.rows = 0
        self._prompts, self._answers, self._lengths = array("I"), array("I"), array("I")
        self._roles: Counter[str] = Counter()
        self._labels = LabelCount(MOST_LABELS)
        self._first_words: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._keys: Counter[tuple[str, ...]] = Counter()
        self._seen = Seen()
        self._distinct = self._compared = 0
        self._facts = array("l")

    def add(self, batch: Sequence[Example]) -> None:
        prompts = [sum(len(message.content) for message in example.prompt) for example in batch]
        answers = [len(example.answer) for example in batch]
        self._prompts.extend(prompts)
        self._answers.extend(answers)
        numbers = np.arange(self.rows, self.rows + len(batch))
        hashes = np.fromiter((hash(example.answer) for example in batch), np.int64, len(batch)).view(np.uint64)
        if self.rows < MOST_DISTINCT:
            self._distinct += int((self._seen.put(hashes, numbers) == numbers).sum())
            self._compared += len(batch)
        self._lengths.extend(self._tokens(batch) or [sum(both) for both in zip(prompts, answers, strict=True)])
        for example in batch:
            self._roles.update(message.role for message in example.messages)
            self._labels.add(example)
            _bounded(self._first_words, " ".join(example.answer[:100].split()[:2]))
            keys = keys_of(example.answer)
            if keys is not None:
                _bounded(self._keys, tuple(sorted(keys)))
            if self.rows < FIRST_ROWS or self.rows % THEN_EVERY == 0:
                self._facts.append(len(facts_of(example)))
                language = language_of(example.answer)
                if language:
                    self._languages[language] += 1
            self.rows += 1

    def _tokens(self, batch: Sequence[Example]) -> list[int] | None:
        if self._count_tokens is None:
            return None
        counts = iter(self._count_tokens([message.content for example in batch for message in example.messages]))
        return [sum(itertools.islice(counts, len(example.messages))) for example in batch]

    def result(self) -> Statistics:
        labels = self._labels.count if self._labels.are_labels() else Counter()
        objects = self._keys.total()
        counted = self._count_tokens is not None
        return Statistics(
            rows=self.rows,
            turns=self._roles.total(),
            prompt_median=round(float(np.median(self._prompts))),
            prompt_longest=max(self._prompts),
            answer_median=round(float(np.median(self._answers))),
            answer_longest=max(self._answers),
            json_share=objects / self.rows,
            keys_share=max(self._keys.values()) / objects if objects else 0.0,
            tokens=sum(self._lengths) if counted else None,
            lengths=histogram(self._lengths, "tokens" if counted else "characters"),
            roles=dict(self._roles.most_common()),
            labels=dict(labels.most_common(MOST_SHOWN)),
            label_count=len(labels),
            label_least=min(labels.values(), default=0),
            first_words=dict(self._first_words.most_common(MOST_SHOWN)),
            languages=dict(self._languages.most_common()),
            distinct_share=self._distinct / self._compared,
            facts=float(np.median(self._facts)),
        )


def histogram(lengths: Sequence[int], unit: str) -> Histogram:
    """At most 25 bins of a round width; the longest hundredth is in the last one."""
    values = np.asarray(lengths, np.uint32)
    usual = max(1, int(np.quantile(values, 0.99)))
    width = next(step for ten in range(12) for step in (10**ten, 2 * 10**ten, 5 * 10**ten) if step * _BINS >= usual)
    edges = np.arange(0, usual + width, width)
    if values.max() >= edges[-1]:
        edges = np.append(edges, int(values.max()) + 1)
    counts, _ = np.histogram(values, edges)
    return Histogram(unit, tuple(edges.tolist()), tuple(counts.tolist()))


def _bounded(counter: Counter[Any], key: Hashable) -> None:
    if key in counter or len(counter) < MOST_KINDS:
        counter[key] += 1
