"""Repairs of texts: what stands around them and inside them, and rows whose answer is empty."""

from studio.data.marks import INVISIBLE, SPECIAL, restored
from studio.data.privacy import masked
from studio.data.repairs.repair import Repair, with_texts
from studio.data.values import Example


def _without_marks(text: str) -> str:
    # What is left may form a mark anew: <|im<|im_end|>_end|>.
    while (shorter := SPECIAL.sub("", text)) != text:
        text = shorter
    return text


def _stripped(text: str) -> str:
    return text.strip() or text


def _answered(example: Example) -> Example | None:
    empty = any(
        message.role == "assistant" and message.weight != 0 and not message.calls and not message.content.strip()
        for message in example.messages
    )
    return None if empty else example


REPAIRS = (
    Repair(
        "text.marks_removed",
        "Remove marks of chat templates",
        "Marks such as <|im_end|>, </s> and [INST] are removed from the texts.",
        ("text.special_token",),
        True,
        "example",
        b'{"prompt": "a", "completion": "b<|im_end|>"}\n',
        lambda example: with_texts(example, _without_marks),
    ),
    Repair(
        "text.letters_restored",
        "Restore letters of a wrong encoding",
        "Letters such as \u00c3\u00a9 that were read in a wrong encoding become what they were, here \u00e9.",
        ("text.damaged_letters",),
        False,
        "example",
        '{"prompt": "a", "completion": "caf\u00c3\u00a9"}\n'.encode(),
        lambda example: with_texts(example, restored),
    ),
    Repair(
        "text.unseen_removed",
        "Remove characters that cannot be seen",
        "Zero-width spaces, soft hyphens and control characters are removed from the texts.",
        ("text.invisible",),
        True,
        "example",
        '{"prompt": "a", "completion": "b\u200bc"}\n'.encode(),
        lambda example: with_texts(example, lambda text: INVISIBLE.sub("", text)),
    ),
    Repair(
        "text.stripped",
        "Remove blanks around texts",
        "Blanks and empty lines at the beginning and the end of each text are removed.",
        ("text.blanks_around",),
        True,
        "example",
        b'{"prompt": "a", "completion": " b"}\n',
        lambda example: with_texts(example, _stripped),
    ),
    Repair(
        "private.masked",
        "Mask personal data",
        "E-mail addresses, phone, card and account numbers, internet addresses and keys are replaced by words such as "
        "[e-mail]. Names stay.",
        tuple(f"private.{kind}" for kind in ("email", "secret", "iban", "card", "ssn", "phone", "ip")),
        False,
        "example",
        b'{"prompt": "a", "completion": "Write to anna@example.com"}\n',
        lambda example: with_texts(example, masked),
    ),
    Repair(
        "answer.empty_removed",
        "Remove rows without an answer",
        "Rows whose answer is empty are removed; they would not be used as they are.",
        ("answer.empty",),
        True,
        "example",
        b'{"prompt": "a", "completion": " "}\n{"prompt": "b", "completion": "c"}\n',
        _answered,
    ),
)
