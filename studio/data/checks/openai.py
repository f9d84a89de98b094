"""Rules of tuning over OpenAI's protocol (OpenAI, Azure, Nebius and others). They matter only there, so they are
notes.

Source: the fine-tuning guide of the OpenAI API, as of 2026: at least 10 examples, files of at most 512 MB, 65,536
tokens an example with the models that can be tuned.
"""

from studio.data.batch import Batch
from studio.data.log import Log
from studio.data.rules import Rule

LEAST_ROWS = 10
MOST_BYTES = 512_000_000
MOST_TOKENS = 65_536
# Of plain English text a token is about four characters; where a model counts otherwise, its provider says so.
CHARACTERS_A_TOKEN = 4

ROWS = Rule(
    "openai.rows",
    "note",
    "Hosted tuning over OpenAI's protocol takes at least 10 examples, and there are {rows}.",
    "Add examples if you want to tune there; tuning on this machine begins at 4.",
    b'{"prompt": "a", "completion": "b"}\n',
)
SIZE = Rule(
    "openai.size",
    "note",
    "The texts have {megabytes:,.0f} MB, and OpenAI takes files of at most 512 MB.",
    "Use fewer rows if you want to tune there.",
    b"",
)
LONG = Rule(
    "openai.long",
    "note",
    "The row has about {tokens:,} tokens, and OpenAI cuts an example after 65,536.",
    "Shorten it if you want to tune there.",
    b'{"prompt": "a", "completion": "' + b"word " * 60_000 + b'"}\n',
)

RULES = (ROWS, SIZE, LONG)


class Hosted:
    def __init__(self) -> None:
        self._rows = 0
        self._bytes = 0

    def see(self, batch: Batch, log: Log) -> None:
        self._rows += len(batch.examples)
        self._bytes += sum(batch.sizes)
        for example, size in zip(batch.examples, batch.sizes, strict=True):
            if size > MOST_TOKENS * CHARACTERS_A_TOKEN:
                log.add(LONG, example.line, None, example.answer, tokens=size // CHARACTERS_A_TOKEN)

    def end(self, log: Log) -> None:
        if 0 < self._rows < LEAST_ROWS:
            log.add(ROWS, None, rows=self._rows)
        if self._bytes > MOST_BYTES:
            log.add(SIZE, None, megabytes=self._bytes / 1e6)
