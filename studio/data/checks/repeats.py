"""Rules that compare rows: the same row again, nearly the same, the same prompt with another answer, all answers or
prompts alike."""

from collections.abc import Iterable

import numpy as np

from studio.data.batch import Batch
from studio.data.log import Log
from studio.data.near import Near
from studio.data.places import Places
from studio.data.rules import Rule
from studio.data.seen import Seen
from studio.data.values import Example, Message

# What is kept of the rows must stay below 200 MB, however many they are.
MOST_NEAR = 500_000
MOST_EXACT = 2_000_000

SAME_ROW = Rule(
    "rows.duplicate",
    "note",
    "The row is the same as {first}.",
    "Remove it, unless it is meant to count twice.",
    b'{"prompt": "a", "completion": "b"}\n{"prompt": "a", "completion": "b"}\n',
)
NEAR_ROW = Rule(
    "rows.near_duplicate",
    "note",
    "The row is nearly the same as {first}.",
    "Keep the better one, unless both are meant; copies teach little and can hide in the test.",
    b'{"prompt": "Where is my order", "completion": "On its way."}\n'
    b'{"prompt": "Where is my order?", "completion": "On its way"}\n',
)
CONFLICT = Rule(
    "rows.conflict",
    "warning",
    "The prompt is the same as in {first}, but the answer differs.",
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
NOT_COMPARED = Rule(
    "rows.not_compared",
    "note",
    "{what} were looked for among the first {rows:,} rows.",
    "Nothing to do; for all rows, split the file and check its parts.",
    b"",
)

RULES = (SAME_ROW, NEAR_ROW, CONFLICT, SAME_ANSWERS, CAPITALS, NOT_COMPARED)


class Repeats:
    """Sees every usable row once; keeps about a hundred bytes a row, no text."""

    def __init__(self, most_near: int = MOST_NEAR, most_exact: int = MOST_EXACT) -> None:
        self._most_near, self._most_exact = most_near, most_exact
        self._places = Places()
        self._rows, self._prompts, self._near = Seen(), Seen(), Near(2)
        self._answers: set[int] = set()
        self._distinct = self._seen = self._capitals = 0

    def see(self, batch: Batch, log: Log) -> None:
        self._seen += len(batch.examples)
        self._capitals += sum(_asked(example).isupper() for example in batch.examples)
        if len(self._answers) < 2:
            self._answers.update(hash(example.answer) for example in batch.examples)
        if batch.start < self._most_exact:
            self._compare(batch, log)

    def _compare(self, batch: Batch, log: Log) -> None:
        self._places.note(batch, log.file)
        examples = batch.examples
        numbers = np.arange(batch.start, batch.start + len(examples))
        turns = [_turns(example.messages) for example in examples]
        rows = self._rows.put(_hashes(map(_whole, examples, turns)), numbers)
        prompts = self._prompts.put(_hashes(hash(turn[:-1]) for turn in turns), numbers)
        prompts[[len(e.messages) == 1 for e in examples]] = batch.start + len(examples)
        near = self._near_rows(batch)
        for place in np.flatnonzero((rows < numbers) | (prompts < numbers) | (near >= 0)):
            row, prompt, like = int(rows[place]), int(prompts[place]), int(near[place])
            self._tell(examples[place], batch.start + int(place), row, prompt, like, log)
        self._distinct += int((rows == numbers).sum())

    def end(self, log: Log) -> None:
        if self._distinct > 1 and len(self._answers) == 1:
            log.add(SAME_ANSWERS, None, rows=self._seen)
        if self._capitals * 3 > self._seen:
            log.add(CAPITALS, None, share=self._capitals / self._seen)
        bounds = (("Rows that are nearly the same", self._most_near), ("Rows that are the same", self._most_exact))
        for what, most in bounds:
            if self._seen > most:
                log.add(NOT_COMPARED, None, what=what, rows=most)

    def _near_rows(self, batch: Batch) -> np.ndarray:
        free = max(0, self._most_near - batch.start)
        found = np.full(len(batch.examples), -1, np.int64)
        if free:
            found[:free] = self._near.put(batch.asked[:free], batch.said[:free])
        return found

    def _tell(self, example: Example, number: int, row: int, prompt: int, like: int, log: Log) -> None:
        if row < number:
            said = _asked(example) or example.answer
            log.add(SAME_ROW, example.line, None, said, first=self._places.words(row, log.file))
        elif prompt < number:
            log.add(CONFLICT, example.line, None, _asked(example), first=self._places.words(prompt, log.file))
        elif like >= 0:
            log.add(NEAR_ROW, example.line, None, _asked(example), first=self._places.words(like, log.file))


def row_hash(example: Example) -> int:
    """Python's own hash of 64 bits: quick, keyed anew in every process, and never stored."""
    return _whole(example, _turns(example.messages))


def prompt_hash(example: Example) -> int:
    return hash(_turns(example.messages[:-1]))


def _whole(example: Example, turns: tuple) -> int:
    return hash((turns, _turns(example.rejected), example.labels, example.tools))


def _hashes(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, np.int64).view(np.uint64)


def _turns(messages: tuple[Message, ...]) -> tuple:
    return tuple([(m.role, m.content, m.weight == 0, m.calls) for m in messages])


def _asked(example: Example) -> str:
    return example.messages[-2].content if len(example.messages) > 1 else ""
