"""Rules about the texts of single rows: what is empty."""

from collections.abc import Callable

from studio.data.log import Log
from studio.data.rules import Rule
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

RULES = (EMPTY_ANSWER, EMPTY_PROMPT)


def check(example: Example, field: Callable[[int], str], log: Log) -> None:
    """Empty or blank texts. An answer that is not trained (weight 0) may be empty."""
    for place, message in enumerate(example.messages):
        if message.content and not message.content.isspace():
            continue
        if message.role != "assistant":
            log.add(EMPTY_PROMPT, example.line, field(place), what=message.role)
        elif message.weight != 0:
            log.add(EMPTY_ANSWER, example.line, field(place))
