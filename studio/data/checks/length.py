"""Rules about rows that are longer than what a model reads at once. They need a model to count tokens with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.data.batch import Batch
from studio.data.log import Log
from studio.data.rules import Rule
from studio.data.values import Example

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""The number of tokens of each text, by a model's tokenizer."""

CUT_ANSWER = Rule(
    "answer.cut",
    "warning",
    "The answer has {tokens:,} tokens, and the model reads {limit:,} at once; {cut:,} are cut off at the end.",
    "Shorten the answer, split the row, or choose a model or a length limit that takes more.",
    b"",
)
CUT_PROMPT = Rule(
    "prompt.cut",
    "warning",
    "The row has {tokens:,} tokens, and the model reads {limit:,} at once; {cut:,} are cut off at the beginning.",
    "Shorten the prompt, or choose a model or a length limit that takes more.",
    b"",
)

RULES = (CUT_ANSWER, CUT_PROMPT)


_MOST_BYTES = 4
"""Of a character in UTF-8."""


@dataclass(frozen=True)
class Context:
    """How many tokens a model reads at once, and how to count them, in any number of texts at a time. The few tokens
    that a chat template adds to each turn are not counted."""

    limit: int
    count: CountTokens

    def fitting(self, example: Example) -> Example | None:
        """The example, None where it does not fit."""
        return None if self.may_exceed(example) and sum(self.tokens([example])[0]) > self.limit else example

    def may_exceed(self, example: Example) -> bool:
        """Whether counting can be needed: a token is a byte at least, and a tokenizer may add a blank to a text."""
        most = 0
        for message in example.messages:
            most += 1 + len(message.content) * (1 if message.content.isascii() else _MOST_BYTES)
        return most > self.limit

    def tokens(self, examples: Sequence[Example]) -> list[tuple[int, int]]:
        """Of each example the tokens before its answer and of its answer."""
        texts = [message.content for example in examples for message in example.messages]
        counts = iter(self.count(texts))
        made = []
        for example in examples:
            turns = [next(counts) for _ in example.messages]
            made.append((sum(turns[:-1]), turns[-1]))
        return made


class Length:
    def __init__(self, context: Context) -> None:
        self._context = context

    def see(self, batch: Batch, log: Log) -> None:
        limit = self._context.limit
        long = [example for example in batch.examples if self._context.may_exceed(example)]
        for example, (before, answer) in zip(long, self._context.tokens(long), strict=True):
            place = len(example.messages) - 1
            if answer > limit:
                values = {"tokens": answer, "limit": limit, "cut": answer - limit}
                log.add(CUT_ANSWER, example.line, batch.path(example, place), example.answer, **values)
            elif before + answer > limit:
                values = {"tokens": before + answer, "limit": limit, "cut": before + answer - limit}
                log.add(CUT_PROMPT, example.line, batch.path(example, 0), example.messages[0].content, **values)

    def end(self, log: Log) -> None:
        pass
