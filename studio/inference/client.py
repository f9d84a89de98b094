"""The page's and the command line's way to a chat server: the openai client, and its errors in our words."""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from studio.data.values import Message
from studio.errors import JobError, NotFoundError, StudioError, UsageError
from studio.inference.endpoint import Endpoint

_ANSWER_SECONDS = 600.0
"""Longest silence: a question may wait for the answers asked before it."""


class Reply(Iterator[str]):
    """An answer as it comes. dropped_turns: old turns that did not fit what the model can read, and labels: the
    likeliest labels with their probabilities (of a classifier), are known from the first piece on. finish_reason:
    'stop' or 'length' after the last. close() ends the answer in the model as well."""

    def __init__(
        self, server: Endpoint, model: str, messages: Sequence[Message], temperature: float, max_tokens: int
    ) -> None:
        self.dropped_turns = 0
        self.labels: tuple[tuple[str, float], ...] = ()
        self.finish_reason: str | None = None
        self._closed = False
        self._pieces = self._read(server, model, messages, temperature, max_tokens)

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        self._closed = True
        # Another thread may be waiting for a piece right now; it then ends the answer when the piece comes.
        with contextlib.suppress(ValueError):
            self._pieces.close()

    def _read(
        self, server: Endpoint, model: str, messages: Sequence[Message], temperature: float, max_tokens: int
    ) -> Generator[str, None, None]:
        import openai

        turns: Any = [message.as_dict() for message in messages]
        try:
            with (
                # No proxy of the environment: the server is on this machine.
                openai.DefaultHttpxClient(trust_env=False) as http,
                openai.OpenAI(
                    base_url=server.base_url,
                    api_key=server.api_key,
                    max_retries=0,
                    timeout=_ANSWER_SECONDS,
                    http_client=http,
                ) as client,
                client.chat.completions.create(
                    model=model,
                    messages=turns,
                    temperature=temperature,
                    max_tokens=max_tokens,
                    stream=True,
                ) as stream,
            ):
                for chunk in stream:
                    if self._closed:
                        return
                    aside = (chunk.model_extra or {}).get("studio", {})
                    self.dropped_turns = aside.get("dropped_turns", self.dropped_turns)
                    if "labels" in aside:
                        self.labels = tuple((one["label"], one["probability"]) for one in aside["labels"])
                    for choice in chunk.choices:
                        self.finish_reason = choice.finish_reason or self.finish_reason
                        if choice.delta.content:
                            yield choice.delta.content
        except openai.OpenAIError as error:
            raise _ours(error) from error


def stream_chat(
    server: Endpoint, model: str, messages: Sequence[Message], temperature: float, max_tokens: int
) -> Reply:
    """Asks `model` of the server; the request leaves with the first piece asked for.

    The pieces raise NotFoundError for an unknown model, UsageError for a request it refuses, JobError when the server
    is gone.
    """
    return Reply(server, model, messages, temperature, max_tokens)


def _ours(error: Exception) -> StudioError:
    import openai

    if isinstance(error, openai.APITimeoutError):
        return JobError("The chat model did not answer in time.", "Ask again, or close the chat and open it anew.")
    if isinstance(error, openai.APIConnectionError):
        return JobError("The chat model has ended.", "Open the chat again; the model is then loaded anew.")
    if isinstance(error, openai.AuthenticationError):
        return JobError("The chat model did not accept the key.", "Close the chat and open it again.")
    message = str(error.message) if isinstance(error, openai.APIError) else str(error)
    happened, _, remedy = message.partition(". ")
    kinds: dict[type[Exception], type[StudioError]] = {
        openai.NotFoundError: NotFoundError,
        openai.BadRequestError: UsageError,
    }
    kind = next((ours for theirs, ours in kinds.items() if isinstance(error, theirs)), JobError)
    field = error.param if isinstance(error, openai.APIError) else None
    return kind(happened.rstrip(".") + ".", remedy or "Ask again.", field=field)
