"""Asking a model at a provider: streamed for the chat, many at once for an evaluation. Waits and asks again where the
provider stumbles; counts what it charges for.
"""

import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from studio.data.values import Message
from studio.errors import ServiceError
from studio.hosted.base import Connection, Price, Provider
from studio.hosted.openai_protocol import client
from studio.hosted.rows import turn_of
from studio.hosted.trouble import Spoken

AT_ONCE = 4
TRIES = 6
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
SILENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Used:
    """Tokens that were read and written."""

    input: int = 0
    output: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.input + other.input, self.output + other.output)

    def dollars(self, price: Price | None) -> float | None:
        """What they cost; None without a price."""
        return None if price is None else (self.input * price.input + self.output * price.output) / 1e6


@dataclass(frozen=True)
class Answer:
    text: str
    used: Used
    seconds: float


class Reply(Iterator[str]):
    """An answer as it comes. used: what it took, known after the last piece. dropped_turns: always 0, for a provider
    refuses what is too long. close() ends the answer."""

    def __init__(
        self,
        provider: Provider,
        connection: Connection,
        model: str,
        messages: Sequence[Mapping[str, str]],
        temperature: float,
        max_tokens: int,
    ) -> None:
        self.used = Used()
        self.dropped_turns = 0
        self.finish_reason: str | None = None
        self._closed = False
        self._spoken = Spoken(provider.title, tuple(connection.secrets.values()))
        self._pieces = self._read(connection, model, messages, temperature, max_tokens)

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        self._closed = True
        # Another thread may be waiting for a piece right now; it then ends the answer when the piece comes.
        with contextlib.suppress(ValueError):
            self._pieces.close()

    def _read(
        self,
        connection: Connection,
        model: str,
        messages: Sequence[Mapping[str, str]],
        temperature: float,
        max_tokens: int,
    ) -> Generator[str, None, None]:
        asked: Any = list(messages)
        with client(connection, SILENCE_SECONDS) as service:
            # Only the beginning is asked for again; an answer that broke in the middle is not told twice.
            stream = repeated(
                self._spoken,
                lambda: service.chat.completions.create(
                    model=model,
                    messages=asked,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    stream=True,
                    stream_options={"include_usage": True},
                ),
            )
            with self._spoken.mapped(), stream:
                for chunk in stream:
                    if self._closed:
                        return
                    if chunk.usage:
                        self.used = Used(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
                    for choice in chunk.choices:
                        self.finish_reason = choice.finish_reason or self.finish_reason
                        if choice.delta.content:
                            yield choice.delta.content


def answers(
    provider: Provider,
    connection: Connection,
    model: str,
    prompts: Sequence[Sequence[Message]],
    max_tokens: int,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[dict[int, Answer]]:
    """The most likely answer to each prompt, at most AT_ONCE asked at a time; as they come, by the prompt's place.

    ServiceError for the first that is refused or that the provider fails for good; closing the iterator asks no more.
    """
    spoken = Spoken(provider.title, tuple(connection.secrets.values()))
    with client(connection, SILENCE_SECONDS) as service:

        def ask(place: int) -> dict[int, Answer]:
            asked: Any = [turn_of(turn, weighed=False) for turn in prompts[place]]

            def once() -> Answer:
                begun = time.monotonic()
                answer = service.chat.completions.create(
                    model=model, messages=asked, temperature=0, max_tokens=max_tokens
                )
                usage, text = answer.usage, answer.choices[0].message.content
                used = Used(usage.prompt_tokens, usage.completion_tokens) if usage else Used()
                return Answer(text or "", used, time.monotonic() - begun)

            return {place: repeated(spoken, once, sleep)}

        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = [pool.submit(ask, place) for place in range(len(prompts))]
            try:
                for one in asked:
                    yield one.result()
            finally:
                for one in asked:
                    one.cancel()


def repeated(spoken: Spoken, ask: Callable[[], Any], sleep: Callable[[float], None] = time.sleep) -> Any:
    """What `ask` gives, asked again where that may help: after what the provider says, else twice as long each time."""
    for number in range(1, TRIES + 1):
        try:
            with spoken.mapped():
                return ask()
        except ServiceError as error:
            if not error.again or number == TRIES:
                raise
            sleep(error.wait if error.wait is not None else min(LONGEST_WAIT, FIRST_WAIT * 2 ** (number - 1)))
    raise AssertionError("unreachable")
