"""Pieces of text as token ids: how one goes on from the last, what begins and ends a document, and special tokens that
a person typed, which are ordinary text. What stands around the pieces of a chat is decided in template.py.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from studio.errors import ModelError

# Unicode noncharacters: never part of text, and left alone by templates that trim or search
OPEN, CLOSE = "\ufdd0", "\ufdd1"
MARKED = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
OTHER_MODEL = "Choose another base model, or mend its chat template."


@dataclass(frozen=True)
class Encoded:
    """Token ids of a conversation; trained[i] says whether token i is one the model shall learn to write. lost_before,
    lost_after: what was cut away at either end, for those who look."""

    ids: list[int]
    trained: list[bool]
    lost_before: list[int] = field(default_factory=list, compare=False)
    lost_after: list[int] = field(default_factory=list, compare=False)


def document(tokenizer: Any, text: str, trained: bool) -> Encoded:
    """Raw text between what begins and what ends a document for this model; all of it trained, or none."""
    begin = [tokenizer.bos_token_id] if begins(tokenizer) else []
    ids = begin + ended(tokenizer, tokens(tokenizer, marked(specials(tokenizer), text), first=True))
    return Encoded(ids, [trained] * len(ids))


def marked(special: re.Pattern[str], text: str) -> str:
    """The text with each special token that a person typed marked as such."""
    return special.sub(rf"{OPEN}\g<0>{CLOSE}", text)


def begins(tokenizer: Any) -> bool:
    """Whether this tokenizer puts a token of its own before a text."""
    return tokenizer.bos_token_id is not None and tokenizer("").input_ids[:1] == [tokenizer.bos_token_id]


def specials(tokenizer: Any) -> re.Pattern[str]:
    """Matches any special token of the tokenizer, the longest first."""
    added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    names = sorted(added | set(tokenizer.all_special_tokens), key=len, reverse=True)
    return re.compile("(?:" + ("|".join(map(re.escape, names)) or "(?!)") + ")")


def tokens(tokenizer: Any, text: str, first: bool) -> list[int]:
    """Ids of a piece of a rendered chat; special tokens that a person typed (marked) become ordinary tokens."""
    ids: list[int] = []
    for number, piece in enumerate(MARKED.split(text)):
        if piece:
            ids += _piece(tokenizer, piece, first and not ids, plain=number % 2 == 1)
    return ids


def _piece(tokenizer: Any, text: str, first: bool, plain: bool) -> list[int]:
    def ids(piece: str) -> list[int]:
        # verbose: no warning about lengths beyond the context; cutting comes later
        got = tokenizer(piece, add_special_tokens=False, split_special_tokens=plain, verbose=False)
        return list(got["input_ids"])

    if first:
        return ids(text)
    # Tokenizers of the SentencePiece family put a space before a text's first word; a line break keeps it away
    newline, whole = ids("\n"), ids("\n" + text)
    return whole[len(newline) :] if whole[: len(newline)] == newline else ids(text)


def ended(tokenizer: Any, ids: list[int]) -> list[int]:
    """The ids with an end token, where the template wrote none."""
    added = tokenizer.added_tokens_decoder
    if ids and ids[-1] in added and added[ids[-1]].special:
        return ids
    if tokenizer.eos_token_id is None:
        raise ModelError("The base model's tokenizer has no token that ends an answer.", OTHER_MODEL)
    return [*ids, tokenizer.eos_token_id]
