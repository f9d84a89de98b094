"""Counts tokens as a model does, by its tokenizer.json; no model is needed for that."""

from collections.abc import Sequence
from pathlib import Path

from studio.data.checks.length import Context, CountTokens
from studio.errors import DataError

COUNTED = 20_000_000


def context(tokenizer: Path, limit: int) -> Context:
    """What a model with this tokenizer reads at once. Every token is counted."""
    return Context(limit, _counter(tokenizer, None))


def counter(tokenizer: Path) -> CountTokens:
    """Special tokens are not counted. After COUNTED characters the tokens of further texts are reckoned from their
    characters, at the rate of those that were counted."""
    return _counter(tokenizer, COUNTED)


def _counter(tokenizer: Path, most: int | None) -> CountTokens:
    from tokenizers import Tokenizer

    try:
        loaded = Tokenizer.from_file(str(tokenizer))
    # The library raises Exception itself, for a file that is not there as for one that it cannot read.
    except Exception as error:
        raise DataError(
            f"The tokenizer {tokenizer.name} cannot be read, so no tokens can be counted.", "Choose another model."
        ) from error
    loaded.no_truncation()
    characters = tokens = 0

    def count(texts: Sequence[str]) -> list[int]:
        nonlocal characters, tokens
        if most is not None and characters >= most:
            return [round(len(text) * tokens / characters) for text in texts]
        counts = [len(encoded) for encoded in loaded.encode_batch_fast(list(texts), add_special_tokens=False)]
        characters += sum(map(len, texts))
        tokens += sum(counts)
        return counts

    return count
