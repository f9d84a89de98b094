"""How many tokens a provider will charge for: with the model's own vocabulary where it is on this machine, else an
estimate that says so.

The vocabulary is public and the same for everybody; none of the user's text goes out to get it.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from studio.data.values import Example, Message
from studio.hosted.base import Method

VOCABULARIES = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
BYTES_PER_TOKEN = 4
"""The rule of thumb of the providers' own guides for English; other scripts have more bytes a letter and tokens too."""
_TURN = 3
_START = 3
"""Marks around each turn and before the answer (OpenAI's cookbook, "How to count tokens")."""


@dataclass(frozen=True)
class Count:
    """tokens: of all rows, read once. exact: by the model's own vocabulary. why: of an estimate, the reason."""

    tokens: int
    exact: bool
    why: str = ""


def count(examples: Iterable[Example], method: Method, encoding: str, fetch: bool = False) -> Count:
    """Tokens of one epoch. encoding: as tiktoken names it, '' when the model has none we know. fetch: the vocabulary
    may be got from its public address first."""
    found, why = _vocabulary(encoding, fetch)

    def of(text: str) -> int:
        if found is not None:
            return len(found.encode(text, disallowed_special=()))
        return -(-len(text.encode()) // BYTES_PER_TOKEN)

    total = 0
    for example in examples:
        # A preference row is read twice: the prompt with each of its two answers.
        readings = [example.messages]
        if method == "dpo":
            readings.append((*example.prompt, *example.rejected))
        for turns in readings:
            total += _START + sum(_TURN + of(turn.role) + of(_text(turn)) for turn in turns)
            total += of(example.tools) if example.tools else 0
    return Count(total, found is not None, why)


def encoding_of(model: str) -> str:
    """The vocabulary that tiktoken has for a model of this name, '' when it knows none (or is not installed)."""
    if find_spec("tiktoken") is None:
        return ""
    import tiktoken

    try:
        return tiktoken.encoding_name_for_model(model)
    except KeyError:
        return ""


def _text(turn: Message) -> str:
    return turn.content + turn.calls


def _vocabulary(encoding: str, fetch: bool) -> tuple[Any, str]:
    if not encoding:
        return None, "an estimate, for this model's vocabulary is not public"
    if find_spec("tiktoken") is None:
        return None, "an estimate, for the library tiktoken is not installed"
    if not _cached(encoding).is_file() and not (fetch and _fetch(encoding)):
        return None, "an estimate, for this model's vocabulary is not on this machine"
    import tiktoken

    try:
        return tiktoken.get_encoding(encoding), ""
    except (ValueError, OSError):
        return None, "an estimate, for this model's vocabulary could not be read"


def _cached(encoding: str) -> Path:
    """Where tiktoken keeps the vocabulary; looked at first, because it would go and get one that is missing."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.path.join(tempfile.gettempdir(), "data-gym-cache")
    return Path(folder) / hashlib.sha1(VOCABULARIES.format(name=encoding).encode()).hexdigest()


def _fetch(encoding: str) -> bool:
    """Gets the vocabulary, with a limit of time that tiktoken's own way does not have; whether it is there now.
    tiktoken compares its hash before it uses it."""
    import httpx

    place = _cached(encoding)
    with contextlib.suppress(httpx.HTTPError, OSError):
        answer = httpx.get(VOCABULARIES.format(name=encoding), timeout=10)
        if answer.status_code == 200:
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_suffix(f".{os.getpid()}")
            part.write_bytes(answer.content)
            part.replace(place)
    return place.is_file()
