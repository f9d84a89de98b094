"""Rules that compare rows: the same row again, the same prompt with another answer, all answers or prompts alike."""

from studio.data.keys import row_digest
from studio.data.log import Log
from studio.data.rules import Rule
from studio.data.values import Example

SAME_ROW = Rule(
    "rows.duplicate",
    "note",
    "The row is the same as line {first:,}.",
    "Remove it, unless it is meant to count twice.",
    b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "b"}\n',
)
CONFLICT = Rule(
    "rows.conflict",
    "warning",
    "The prompt is the same as in line {first:,}, but the answer differs.",
    "Keep the right answer; where both are right, leave both.",
    b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "c"}\n',
)
SAME_ANSWERS = Rule(
    "answers.identical",
    "warning",
    "All {rows:,} rows have the same answer, so the model will learn to say nothing else.",
    "Add rows with other answers.",
    b'{"prompt": "a", "completion": "c"}\n{"prompt": "b", "completion": "c"}\n',
)
CAPITALS = Rule(
    "prompts.capitals",
    "warning",
    "{share:.0%} of the prompts are written in capitals only.",
    "Write them as your users will, if they write otherwise; models learn small letters better.",
    b'{"prompt": "WHERE IS IT", "completion": "Here"}\n',
)

RULES = (SAME_ROW, CONFLICT, SAME_ANSWERS, CAPITALS)


class Repeats:
    """Sees every usable row once; keeps two digests a row, no text."""

    def __init__(self) -> None:
        self._rows: dict[bytes, int] = {}
        self._prompts: dict[bytes, int] = {}
        self._answers: set[bytes] = set()
        self._seen = 0
        self._capitals = 0

    def see(self, example: Example, log: Log) -> None:
        line = example.line
        row, prompt = row_digest(example.messages), row_digest(example.messages[:-1])
        first = self._rows.setdefault(row, line)
        asked = self._prompts.setdefault(prompt, line)
        if first != line:
            log.add(SAME_ROW, line, None, example.answer, first=first)
        elif asked != line:
            log.add(CONFLICT, line, None, _asked(example), first=asked)
        self._seen += 1
        if len(self._answers) < 2:
            self._answers.add(row_digest(example.messages[-1:]))
        if _asked(example).isupper():
            self._capitals += 1

    def end(self, log: Log) -> None:
        if len(self._rows) > 1 and len(self._answers) == 1:
            log.add(SAME_ANSWERS, None, rows=self._seen)
        if self._capitals * 3 > self._seen:
            log.add(CAPITALS, None, share=self._capitals / self._seen)


def _asked(example: Example) -> str:
    return example.messages[-2].content if len(example.messages) > 1 else ""
