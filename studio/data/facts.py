"""Names and numbers in an answer that its prompt does not hold: what a model could only know by heart.

Rough on purpose: a name is a word with a capital letter inside a sentence. In German every noun has one, so there it
counts too much, and advice.py does not build on it alone.
"""

import re

from studio.data.values import Example

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z][\w'-]*")
_NUMBER = re.compile(r"\d[\d.,:/]*\d|\d")
_LOOKED_AT = 4000
_COUNTING = 2


def facts_of(example: Example) -> set[str]:
    """The names and numbers of the answer that stand nowhere before it. Numbers count only where the prompt has hardly
    any: otherwise they are worked out from those, as in a sum."""
    prompt = " ".join(message.content for message in example.prompt)[: 4 * _LOOKED_AT]
    answer = example.answer[:_LOOKED_AT]
    if not example.prompt or answer[:1] in "{[":
        return set()
    lowered = prompt.lower()
    found = {name for name in _NAME.findall(answer) if name.lower() not in lowered}
    if len(_NUMBER.findall(prompt)) < _COUNTING:
        found |= {number for number in _NUMBER.findall(answer) if number not in prompt}
    return found
