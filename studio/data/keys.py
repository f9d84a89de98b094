"""Fingerprints: of a file, of a row, of a prompt. The same content gives the same key on every machine."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from studio.data.values import Example, Message


def fingerprint(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def row_key(example: Example) -> str:
    """Hex SHA-256 of what the row says; its line and file do not count, and weight 1 is the same as none."""
    return example_digest(example).hex()


def example_digest(example: Example) -> bytes:
    """SHA-256 of all that a row teaches: its turns, the answer it likes less, its tools."""
    if not (example.rejected or example.tools):
        return row_digest(example.messages)
    parts = (row_digest(example.messages), row_digest(example.rejected), example.tools.encode("utf-8"))
    return hashlib.sha256(b"".join(parts)).digest()


def prompt_digest(example: Example) -> bytes:
    """SHA-256 of a row's prompt; of the row itself where it has none, as raw text."""
    return row_digest(example.prompt) if example.prompt else example_digest(example)


def asked_of(example: Example) -> str:
    """What a row asks, without the system prompt; its text where it asks nothing."""
    turns = example.prompt or example.messages
    return "\n".join(message.content for message in turns if message.role != "system")


def row_digest(messages: Iterable[Message]) -> bytes:
    """SHA-256 of messages, role, weight and length before each text, so that none runs into another."""
    return hashlib.sha256("".join(map(_written, messages)).encode("utf-8")).digest()


def _written(message: Message) -> str:
    text = f"{message.role} {0 if message.weight == 0 else 1} {len(message.content)}\n{message.content}\n"
    if not (message.calls or message.call_id):
        return text
    return f"{text}calls {len(message.calls)}\n{message.calls}\nanswers {len(message.call_id)}\n{message.call_id}\n"
