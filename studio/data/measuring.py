"""Statistics of a stored version, kept beside its rows, so that they are counted once for each tokenizer."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from studio.data.checks.length import CountTokens
from studio.data.keys import fingerprint
from studio.data.statistics import Histogram, Statistics, statistics
from studio.data.store import rows_file
from studio.data.table import stream_examples
from studio.data.values import Example

COUNTED = 20_000_000
_TELL_ROWS = 1000

Tell = Callable[[int], None]
"""Called with the rows measured so far, now and then; may raise to end the work."""


def counter(tokenizer: Path) -> CountTokens:
    """Counts tokens as the model of this tokenizer.json does; special tokens are not counted. After COUNTED characters
    the tokens of further texts are reckoned from their characters, at the rate of those that were counted."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(tokenizer))
    loaded.no_truncation()
    characters = tokens = 0

    def count(texts: Sequence[str]) -> list[int]:
        nonlocal characters, tokens
        if characters >= COUNTED:
            return [round(len(text) * tokens / characters) for text in texts]
        counts = [len(encoded) for encoded in loaded.encode_batch_fast(list(texts), add_special_tokens=False)]
        characters += sum(map(len, texts))
        tokens += sum(counts)
        return counts

    return count


def measured(folder: Path, version: int, tokenizer: Path | None) -> Statistics | None:
    """What was counted of a version with this tokenizer (None: characters alone); None where that was not done."""
    try:
        raw = json.loads(_file(folder, version, tokenizer).read_text(encoding="utf-8"))
        known = {item.name: raw[item.name] for item in fields(Statistics)}
        lengths = raw["lengths"]
        known["lengths"] = Histogram(lengths["unit"], tuple(lengths["edges"]), tuple(lengths["counts"]))
        return Statistics(**known)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure(folder: Path, version: int, tokenizer: Path | None, tell: Tell | None = None) -> Statistics:
    """Counts a version's rows and keeps the numbers."""
    examples = _told(stream_examples(rows_file(folder, version)), tell)
    numbers = statistics(examples, counter(tokenizer) if tokenizer else None)
    target = _file(folder, version, tokenizer)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.write_text(json.dumps({"v": 1, **numbers.as_json()}, ensure_ascii=False), encoding="utf-8")
    part.replace(target)
    return numbers


def _told(examples: Iterable[Example], tell: Tell | None) -> Iterator[Example]:
    for count, example in enumerate(examples):
        if tell and count % _TELL_ROWS == 0:
            tell(count)
        yield example


def _file(folder: Path, version: int, tokenizer: Path | None) -> Path:
    how = fingerprint(tokenizer)[:12] if tokenizer else "characters"
    return folder / f"statistics-{version}-{how}.json"
