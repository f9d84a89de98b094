"""Rules about the texts of single rows: what is empty, what only looks like text, what says nothing new."""

from collections.abc import Callable

from studio.data.batch import Batch, turn_of
from studio.data.log import Log
from studio.data.marks import DAMAGED, INVISIBLE, SPECIAL
from studio.data.rules import Rule, quoted
from studio.data.values import Example

EMPTY_ANSWER = Rule(
    "answer.empty",
    "error",
    "The answer is empty, and a model trained on it would learn to say nothing.",
    "Write the answer, or remove the row.",
    b'{"prompt": "a", "completion": " "}\n',
)
EMPTY_PROMPT = Rule(
    "prompt.empty",
    "warning",
    "The {what} text is empty.",
    "Write what a user would say, or remove the row.",
    b'{"prompt": "", "completion": "b"}\n',
)
ECHO = Rule(
    "answer.same_as_prompt",
    "warning",
    "The answer says the same as the prompt, word by word.",
    "Write the answer that belongs there; a column may have been copied twice.",
    b'{"prompt": "Where is it?", "completion": "Where is it?"}\n',
)
SPECIAL_TOKEN = Rule(
    "text.special_token",
    "warning",
    "The text holds {mark}, a mark that models use between turns; inside a text it confuses them.",
    "Remove it; the studio puts the right marks around each turn by itself.",
    b'{"prompt": "a", "completion": "b<|im_end|>"}\n',
)
UNSEEN = Rule(
    "text.invisible",
    "warning",
    "The text holds a character that cannot be seen ({code}).",
    "Remove it; it often comes along from web pages and documents.",
    '{"prompt": "a", "completion": "b\u200bc"}\n'.encode(),
)
DAMAGED_LETTERS = Rule(
    "text.damaged_letters",
    "warning",
    "The text holds {letters}, which looks like a letter that was read in a wrong encoding.",
    "Save the file anew with the encoding UTF-8 where it was made, or restore the letters here.",
    '{"prompt": "a", "completion": "caf\u00c3\u00a9"}\n'.encode(),
)
BLANKS = Rule(
    "text.blanks_around",
    "note",
    "The text has blanks or empty lines at its beginning or end.",
    "Remove them, unless they are meant; the model learns to write them too.",
    b'{"prompt": "a", "completion": " b"}\n',
    once=True,
)

RULES = (EMPTY_ANSWER, EMPTY_PROMPT, ECHO, SPECIAL_TOKEN, UNSEEN, DAMAGED_LETTERS, BLANKS)


def check(example: Example, field: Callable[[int], str], log: Log) -> None:
    """Empty or blank texts. An answer that is not trained (weight 0) may be empty."""
    for place, message in enumerate(example.messages):
        if message.content and not message.content.isspace():
            continue
        if message.role != "assistant":
            log.add(EMPTY_PROMPT, example.line, field(place), what=message.role)
        elif message.weight != 0 and not message.calls:
            log.add(EMPTY_ANSWER, example.line, field(place))


class Inside:
    """What stands inside of texts."""

    def see(self, batch: Batch, log: Log) -> None:
        for example, place in batch.turns_with(SPECIAL):
            text = turn_of(example, place).content
            found = SPECIAL.search(text)
            assert found is not None
            log.add(SPECIAL_TOKEN, example.line, batch.path(example, place), text[found.start() :], mark=found.group())
        for example, place in batch.turns_with(DAMAGED):
            text = turn_of(example, place).content
            found = DAMAGED.search(text)
            assert found is not None
            around = text[max(0, found.start() - 20) :]
            log.add(DAMAGED_LETTERS, example.line, batch.path(example, place), around, letters=quoted(found.group()))
        for example, place in batch.turns_with(INVISIBLE):
            # Half of a damaged letter may be one that cannot be seen; that is said already.
            text = DAMAGED.sub("", turn_of(example, place).content)
            found = INVISIBLE.search(text)
            if found is not None:
                around = text[max(0, found.start() - 20) :]
                log.add(UNSEEN, example.line, batch.path(example, place), around, code=f"U+{ord(found.group()):04X}")
        for example in batch.examples:
            self._edges(example, batch, log)

    def end(self, log: Log) -> None:
        pass

    def _edges(self, example: Example, batch: Batch, log: Log) -> None:
        messages = example.messages
        if len(messages) > 1 and messages[-1].content == messages[-2].content:
            log.add(ECHO, example.line, batch.path(example, len(messages) - 1), example.answer)
        for place, message in enumerate(messages):
            text = message.content
            if text and (text[0].isspace() or text[-1].isspace()) and not text.isspace():
                log.add(BLANKS, example.line, batch.path(example, place), text)
                return
