"""One answer on its way: an iterator of text pieces that a thread of the engine fills."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

FinishReason = Literal["stop", "length", "cancelled"]


class Generation(Iterator[str]):
    """Text pieces as they come. prompt_tokens and dropped_turns are known at once; finish_reason (None until the end)
    and completion_tokens (end token left out) after the last piece. close() stops the model at its next token.

    labels: the likeliest labels with their probabilities, likeliest first, where the answer is of a classifier.
    """

    def __init__(self, prompt_tokens: int, dropped_turns: int, stop: threading.Event) -> None:
        self.prompt_tokens = prompt_tokens
        self.dropped_turns = dropped_turns
        self.completion_tokens = 0
        self.labels: tuple[tuple[str, float], ...] = ()
        self.finish_reason: FinishReason | None = None
        self.stop = stop
        self._pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()

    def __next__(self) -> str:
        piece = self._pieces.get()
        if isinstance(piece, str):
            return piece
        self._pieces.put(None)
        if piece is None:
            raise StopIteration
        raise piece

    def close(self) -> None:
        self.stop.set()

    def send(self, piece: str) -> None:
        """Engine side: one more piece."""
        self._pieces.put(piece)

    def end(self, reason: FinishReason, completion_tokens: int) -> None:
        """Engine side: the last word."""
        self.finish_reason = reason
        self.completion_tokens = completion_tokens
        self._pieces.put(None)

    def fail(self, error: Exception) -> None:
        """Engine side: raised where the pieces are read."""
        self._pieces.put(error)


@dataclass(frozen=True)
class Written:
    """A whole answer. read, tokens: tokens of the prompt, and of the answer without its end token. seconds: its share
    of the time its batch took. cut: it used all the room it had, so it may go on."""

    text: str
    read: int
    tokens: int
    seconds: float
    cut: bool


class Detokenizer:
    """Turns tokens into text as they come, never cutting a character in two.

    A window from an earlier token on is decoded again with each token, because what a token reads as depends on its
    neighbours (spaces, bytes of one character); text that ends in an unfinished character waits for its rest.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._window = 0
        self._told = 0

    def add(self, token: int) -> str:
        """The text that this token completes; often one word, '' while a character is unfinished."""
        self._ids.append(token)
        return self._new(unfinished=False)

    def rest(self) -> str:
        """What was held back at the end."""
        return self._new(unfinished=True)

    def _new(self, *, unfinished: bool) -> str:
        before = self._decode(self._ids[self._window : self._told])
        text = self._decode(self._ids[self._window :])
        if len(text) <= len(before) or (text.endswith("\ufffd") and not unfinished):
            return ""
        self._window, self._told = self._told, len(self._ids)
        return text[len(before) :]

    def _decode(self, ids: list[int]) -> str:
        return decode(self._tokenizer, ids)


def decode(tokenizer: Any, ids: list[int]) -> str:
    """Token ids as text, without special tokens and without tidying of spaces."""
    return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
