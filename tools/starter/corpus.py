"""Reads the licensed corpus: parts, documents, the held-out share, and service chats as chat turns."""

import hashlib
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEPARATOR = "<|doc|>"
TURN = re.compile(r"^(User|Assistant): ?", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One file of the corpus, its share of the training tokens (shares add up to 1), and how many documents
    stand for one that is held out."""

    file: str
    share: float
    licence: str
    held_out_every: int = 100


# Service chats lead: of the mixes tried they transferred best to short business texts.
PARTS = (
    Part("dialogue_by_sa_cdla.txt.xz", 0.42, "CC BY-SA 4.0 and CDLA-Sharing 1.0"),
    Part("modern_by.txt.xz", 0.26, "CC BY 4.0, MIT, Apache-2.0, OGL v2, CC0, public domain"),
    Part("modern_by_sa.txt.xz", 0.12, "CC BY-SA 4.0"),
    Part("usgov_public_domain.txt.xz", 0.12, "public domain"),
    Part("stories_by.txt.xz", 0.02, "CC BY 4.0", held_out_every=10),
    Part("novels_public_domain.txt.xz", 0.06, "public domain", held_out_every=16),
)


def documents(path: Path) -> Iterator[str]:
    """The documents of one part, stripped, empty ones left out."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        lines: list[str] = []
        for line in file:
            if line.strip() == SEPARATOR:
                if text := "".join(lines).strip():
                    yield text
                lines = []
            else:
                lines.append(line)
        if text := "".join(lines).strip():
            yield text


def is_held_out(part: Part, text: str) -> bool:
    """Whether a document is never trained on: chosen by its own hash, so the same in any order."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % part.held_out_every == 0


def as_chat(text: str) -> list[dict[str, str]] | None:
    """The turns of a service chat as messages; None when the text is not one."""
    if not text.startswith(("User:", "Assistant:")):
        return None
    pieces = TURN.split(text)[1:]
    turns = zip(pieces[::2], pieces[1::2], strict=True)
    return [{"role": who.lower(), "content": said.strip()} for who, said in turns]
