"""Rules about personal data and secrets in the texts. A model can repeat what it was trained on, word by word."""

from studio.data.batch import Batch, turn_of
from studio.data.log import Log
from studio.data.privacy import HINTS, KINDS, Kind, found
from studio.data.rules import Rule

_SHOWN_AROUND = 20


def _rule(kind: Kind, example: str) -> Rule:
    return Rule(
        f"private.{kind.name}",
        "warning",
        f"The text holds {kind.title}; a tuned model may repeat it to anybody.",
        "Replace it by a made-up one, mask it, or leave it where it is public on purpose.",
        f'{{"prompt": "a", "completion": "{example}"}}\n'.encode(),
    )


_EXAMPLES = {
    "email": "Write to anna@example.com",
    "secret": "The key is sk-0000000000000000000000",
    "iban": "Pay to DE89 3704 0044 0532 0130 00",
    "card": "4111 1111 1111 1111",
    "ssn": "My number is 078-05-1120",
    "phone": "Call (202) 555-0143",
    "ip": "It came from 203.0.113.77",
}
_RULES = {kind.name: _rule(kind, _EXAMPLES[kind.name]) for kind in KINDS}
RULES = tuple(_RULES.values())


class Private:
    """One finding for each turn and kind, however often."""

    def see(self, batch: Batch, log: Log) -> None:
        hinted = {(id(example), place): (example, place) for hint in HINTS for example, place in batch.turns_with(hint)}
        for example, place in hinted.values():
            text = turn_of(example, place).content
            told: set[str] = set()
            for begin, end, kind in found(text):
                if kind.name not in told:
                    shown = text[max(0, begin - _SHOWN_AROUND) : end + _SHOWN_AROUND]
                    log.add(_RULES[kind.name], example.line, batch.path(example, place), shown)
                    told.add(kind.name)

    def end(self, log: Log) -> None:
        pass
