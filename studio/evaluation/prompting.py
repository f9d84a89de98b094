"""The base model with a prompt: instructions and examples taken from the training rows, put before each row's prompt.

What should be tried before paying for a training. Which examples: as many different answers as there is room for, the
shorter ones first among equals, so that every form of answer is seen once.
"""

from collections.abc import Sequence

from studio.data.values import Example, Message

MOST_SHOTS = 16


def prompted(prompt: Sequence[Message], instructions: str, shots: Sequence[Example]) -> tuple[Message, ...]:
    """The turns of a prompt below instructions (joined with a system turn it begins with) and examples."""
    begins = bool(prompt) and prompt[0].role == "system"
    parts = [instructions.strip(), prompt[0].content.strip() if begins else ""]
    system = "\n\n".join(part for part in parts if part)
    turns = [Message("system", system)] if system else []
    for shot in shots:
        turns += [turn for turn in shot.messages if turn.role != "system"]
    return (*turns, *(prompt[1:] if begins else prompt))


def chosen(training: Sequence[Example], count: int) -> list[Example]:
    """`count` examples of different answers where there are so many, else each answer in turn; always the same ones."""
    by_answer: dict[str, list[Example]] = {}
    for example in sorted(training, key=_size):
        by_answer.setdefault(example.answer.strip(), []).append(example)
    groups = sorted(by_answer.values(), key=lambda group: (-len(group), _size(group[0])))
    found: list[Example] = []
    while groups and len(found) < count:
        found += [group.pop(0) for group in groups[: count - len(found)]]
        groups = [group for group in groups if group]
    return found


def _size(example: Example) -> tuple[int, int]:
    return sum(len(turn.content) for turn in example.messages), example.line
