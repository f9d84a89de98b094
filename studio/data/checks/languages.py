"""Rules about the language of the answers."""

from collections import Counter

from studio.data.batch import Batch
from studio.data.languages import language_of
from studio.data.log import Log
from studio.data.rules import Rule

FIRST_ROWS = 500
THEN_EVERY = 100
LEAST_ROWS = 3
LEAST_SHARE = 0.05

_ENGLISH = (
    b'{"prompt": "p%d", "completion": "This is what you can do when the order of your parcel is not yet there."}\n'
)
_GERMAN = b'{"prompt": "q%d", "completion": "Das ist nicht die richtige Adresse, und wir haben sie auf dem Paket."}\n'

MIXED = Rule(
    "languages.mixed",
    "note",
    "The answers are in several languages: {languages}{sample}.",
    "Nothing to do where that is meant; otherwise make a data set for each language.",
    b"".join(row % n for row in (_ENGLISH, _GERMAN) for n in range(5)),
)

RULES = (MIXED,)


class Languages:
    """Looks at the first 500 rows and at every hundredth after them."""

    def __init__(self) -> None:
        self._count: Counter[str | None] = Counter()
        self._rows = 0

    def see(self, batch: Batch, log: Log) -> None:
        for number, example in enumerate(batch.examples, start=batch.start):
            if number < FIRST_ROWS or number % THEN_EVERY == 0:
                self._count[language_of(example.answer)] += 1
        self._rows += len(batch.examples)

    def end(self, log: Log) -> None:
        looked_at = self._count.total()
        del self._count[None]
        known = self._count.total()
        often = [(name, n) for name, n in self._count.most_common() if n >= max(LEAST_ROWS, LEAST_SHARE * known)]
        if len(often) > 1:
            shares = ", ".join(f"{name} {n / known:.0%}" for name, n in often)
            sample = "" if looked_at == self._rows else f" (in a sample of {looked_at:,} rows)"
            log.add(MIXED, None, languages=shares, sample=sample)
