"""Makes alike over all rows what is spelled or given differently in some: labels, system prompts."""

from collections import Counter
from dataclasses import replace

from studio.data.checks.labels import LabelCount
from studio.data.repairs.repair import Repair, with_answer, with_labels
from studio.data.values import Example, Message

_MOST_PROMPTS = 1000


class Spelling:
    """Each label as most rows write it."""

    def __init__(self) -> None:
        self._count = LabelCount()
        self._usual: dict[str, str] = {}

    def see(self, example: Example, number: int) -> None:
        self._count.add(example)

    def begin(self) -> None:
        self._usual = self._count.usual_spellings()

    def mend(self, example: Example, number: int) -> Example:
        if not example.labels:
            return with_answer(example, self._usual.get(example.answer, example.answer))
        return with_labels(example, tuple(self._usual.get(label, label) for label in example.labels))


class SystemPrompt:
    """Rows without a system prompt get the one that most others have."""

    def __init__(self) -> None:
        self._prompts: Counter[str] = Counter()
        self._usual: Message | None = None

    def see(self, example: Example, number: int) -> None:
        for message in example.messages:
            if message.role == "system" and (message.content in self._prompts or len(self._prompts) < _MOST_PROMPTS):
                self._prompts[message.content] += 1

    def begin(self) -> None:
        if self._prompts:
            self._usual = Message("system", self._prompts.most_common(1)[0][0])

    def mend(self, example: Example, number: int) -> Example:
        if self._usual is None or any(message.role == "system" for message in example.messages):
            return example
        return replace(example, messages=(self._usual, *example.messages))


_SYSTEM = b'{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}, '
_BARE = b'{"messages": [{"role": "user", "content": "c"}, '
_ANSWER = b'{"role": "assistant", "content": "b"}]}\n'

REPAIRS = (
    Repair(
        "labels.one_spelling",
        "Write each label in one way",
        "Labels that differ in capitals, blanks or underscores alone are written as in most rows.",
        ("labels.spelling",),
        True,
        "file",
        b"".join(
            b'{"prompt": "t%d", "completion": "Billing"}\n{"prompt": "u%d", "completion": "other"}\n' % (n, n)
            for n in range(12)
        )
        + b'{"prompt": "x", "completion": "billing "}\n',
        Spelling,
    ),
    Repair(
        "system.added",
        "Add the system prompt where it is missing",
        "Conversations without a system prompt get the one that most others have.",
        ("system.missing", "system.some"),
        False,
        "file",
        _SYSTEM + _ANSWER + _BARE + _ANSWER,
        SystemPrompt,
    ),
)
