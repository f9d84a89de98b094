"""Rules about system prompts over all rows."""

from studio.data.batch import Batch
from studio.data.checks.minority import Kinds
from studio.data.log import Log
from studio.data.rules import Rule

_WITH = b'{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "%d"}, '
_WITHOUT = b'{"messages": [{"role": "user", "content": "%d"}, '
_ANSWER = b'{"role": "assistant", "content": "b"}]}\n'

MISSING = Rule(
    "system.missing",
    "warning",
    "The conversation has no system prompt, while {share:.0%} of them have one.",
    "Add the system prompt; in use the model will have it every time or never.",
    b"".join(_WITH % n + _ANSWER for n in range(3)) + _WITHOUT % 9 + _ANSWER,
)
SOME = Rule(
    "system.some",
    "warning",
    "{share:.0%} of the conversations have a system prompt, and the others have none.",
    "Give all of them one or none; in use the model will have it every time or never.",
    _WITH % 1 + _ANSWER + _WITHOUT % 2 + _ANSWER + _WITHOUT % 3 + _ANSWER,
)

RULES = (MISSING, SOME)


class Systems:
    def __init__(self) -> None:
        self._kinds: Kinds[bool] = Kinds()

    def see(self, batch: Batch, log: Log) -> None:
        have = [any(message.role == "system" for message in example.messages) for example in batch.examples]
        self._kinds.add(have, batch, lambda example: example.messages[0].content, log)

    def end(self, log: Log) -> None:
        count = self._kinds.count
        if not count[True] or not count[False]:
            return
        share = count[True] / count.total()
        if share > 0.5:
            self._kinds.tell(False, MISSING, None, log, share=share)
        else:
            log.add(SOME, None, share=share)
