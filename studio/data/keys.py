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
    """Hex SHA-256 of the row's messages; its line does not count, and weight 1 is the same as none."""
    return row_digest(example.messages).hex()


def row_digest(messages: Iterable[Message]) -> bytes:
    """SHA-256 of messages, role, weight and length before each text, so that none runs into another."""
    parts = [f"{m.role} {0 if m.weight == 0 else 1} {len(m.content)}\n{m.content}\n" for m in messages]
    return hashlib.sha256("".join(parts).encode("utf-8")).digest()
