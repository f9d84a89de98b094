"""The words of OpenAI's chat API as this server speaks them: requests read strictly, replies, chunks and errors built.

What the server cannot do (several answers, stop words, tools, forms) is refused, not passed over.
"""

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from studio.data.values import Message
from studio.errors import NotFoundError, StudioError
from studio.inference.generation import Generation

UNSUPPORTED = ("stop", "tools", "functions", "response_format", "logprobs", "logit_bias")
DEFAULT_TOKENS = 512


class Part(BaseModel):
    """A piece of a message's content; only text is understood."""

    model_config = ConfigDict(strict=True)
    type: Literal["text"]
    text: str


class Turn(BaseModel):
    model_config = ConfigDict(strict=True)
    role: Literal["system", "user", "assistant"]
    content: str | list[Part]

    def message(self) -> Message:
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return Message(self.role, text)


class StreamOptions(BaseModel):
    model_config = ConfigDict(strict=True)
    include_usage: bool = False


class ChatRequest(BaseModel):
    """Body of POST /v1/chat/completions. Fields unknown to us are kept, so that unsupported ones can be named."""

    model_config = ConfigDict(strict=True, extra="allow")
    model: str
    messages: list[Turn] = Field(min_length=1)
    temperature: float = Field(1.0, ge=0, le=2, allow_inf_nan=False)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: Literal[1] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None

    @property
    def limit(self) -> int:
        """The most tokens the answer may have."""
        return self.max_completion_tokens or self.max_tokens or DEFAULT_TOKENS

    def unsupported(self) -> str | None:
        """The first field that is set and that this server cannot honour."""
        extra = self.model_extra or {}
        return next((name for name in UNSUPPORTED if extra.get(name)), None)


def error_body(message: str, kind: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """OpenAI's error document."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def studio_error(error: StudioError) -> tuple[int, dict[str, Any]]:
    """Status and document for an error of ours."""
    if isinstance(error, NotFoundError):
        return 404, error_body(str(error), "invalid_request_error", error.field, "model_not_found")
    return 400, error_body(str(error), "invalid_request_error", error.field)


def validation_error(problems: Sequence[Any]) -> dict[str, Any]:
    """All mistakes of a request in one document; param: the first one's field, such as messages.0.role."""
    named = [(_place(problem), str(problem["msg"])) for problem in problems]
    if not named:
        return error_body("The request cannot be read. Send a JSON object.", "invalid_request_error")
    sentences = " ".join(f"{field or 'The body'}: {message[:1].lower()}{message[1:]}." for field, message in named)
    return error_body(sentences, "invalid_request_error", named[0][0])


def _place(problem: Any) -> str | None:
    if problem["type"] == "json_invalid":
        return None
    # Names of union members (str, list[Part]) are pydantic's, not the caller's.
    parts = [str(part) for part in problem["loc"][1:] if isinstance(part, int) or str(part).isidentifier()]
    return ".".join(part for part in parts if part != "str") or None


class Reply:
    """The documents that carry one answer."""

    def __init__(self, model: str, answer: Generation) -> None:
        self._answer = answer
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": model}
        self._aside = _aside(answer)

    def whole(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": self._reason(), "logprobs": None}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self.usage(), **self._aside}

    def first(self) -> bytes:
        """The opening chunk; it also says how many old turns were dropped, and how likely the labels are, if any."""
        return self._chunk({"role": "assistant", "content": ""}, None, **self._aside)

    def piece(self, text: str) -> bytes:
        return self._chunk({"content": text}, None)

    def last(self) -> bytes:
        return self._chunk({}, self._reason())

    def usage_chunk(self) -> bytes:
        return event({**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self.usage()})

    def usage(self) -> dict[str, int]:
        before, new = self._answer.prompt_tokens, self._answer.completion_tokens
        return {"prompt_tokens": before, "completion_tokens": new, "total_tokens": before + new}

    def _chunk(self, delta: dict[str, str], reason: str | None, **aside: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return event({**self._head, "object": "chat.completion.chunk", "choices": [choice], **aside})

    def _reason(self) -> str:
        return "length" if self._answer.finish_reason == "length" else "stop"


def _aside(answer: Generation) -> dict[str, Any]:
    """What OpenAI's protocol has no place for; left out where there is nothing to say."""
    said: dict[str, Any] = {}
    if answer.dropped_turns:
        said["dropped_turns"] = answer.dropped_turns
    if answer.labels:
        said["labels"] = [{"label": label, "probability": share} for label, share in answer.labels]
    return {"studio": said} if said else {}


def event(document: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
