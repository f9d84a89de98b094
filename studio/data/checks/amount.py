"""Rules about how many rows there are."""

from studio.data.batch import Batch
from studio.data.log import Log
from studio.data.rules import Rule
from studio.data.split import LEAST_FOR_TEST, LEAST_ROWS

TOO_FEW = Rule(
    "rows.too_few",
    "warning",
    "The file has {rows}, and training needs at least 4.",
    "Add examples; 50 to 100 good ones are a fair start.",
    b'{"prompt": "a", "completion": "b"}\n',
)
FEW = Rule(
    "rows.few",
    "warning",
    "The file has {rows}; below 40 no rows can be set aside for a test, and the verdict will be 'cannot tell'.",
    "Add examples; 50 to 100 good ones are a fair start.",
    b"".join(b'{"prompt": "%d", "completion": "%d"}\n' % (n, n) for n in range(5)),
)

RULES = (TOO_FEW, FEW)


class Amount:
    def __init__(self) -> None:
        self._seen = 0

    def see(self, batch: Batch, log: Log) -> None:
        self._seen += len(batch.examples)

    def end(self, log: Log) -> None:
        rows = f"{self._seen} usable {'row' if self._seen == 1 else 'rows'}"
        if self._seen < LEAST_ROWS:
            log.add(TOO_FEW, None, rows=rows)
        elif self._seen < LEAST_FOR_TEST:
            log.add(FEW, None, rows=rows)
