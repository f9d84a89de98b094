"""Making a conversation fit what a model can read at once: the oldest turns go first, and the caller is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio.data.values import Message
from studio.errors import UsageError
from studio.models.template import encode_prompt


@dataclass(frozen=True)
class Prompt:
    """Token ids ready for generation, how many new tokens fit behind them, and how many old turns were dropped."""

    ids: list[int]
    room: int
    dropped_turns: int


def fit(
    tokenizer: Any, messages: Sequence[Message], context: int, max_tokens: int, *, cut_long: bool = False
) -> Prompt:
    """The prompt with room for `max_tokens` new tokens, or for half the context if they are more.

    System turns at the start and the last turn stay. When these alone are too long, the ids lose their start with
    cut_long (as training cuts long examples), else UsageError.
    """
    kept, dropped = list(messages), 0
    limit = context - min(max_tokens, context // 2)
    ids = list(encode_prompt(tokenizer, kept))
    while len(ids) > limit:
        shorter = _without_oldest(kept)
        if len(shorter) == len(kept):
            break
        dropped += len(kept) - len(shorter)
        kept = shorter
        ids = list(encode_prompt(tokenizer, kept))
    if len(ids) > limit:
        if not cut_long:
            raise UsageError(
                f"The last message is too long for this model, which reads {context} tokens at once.",
                "Shorten it, or ask for a shorter answer.",
                field="messages",
            )
        ids = ids[-limit:]
    return Prompt(ids, min(max_tokens, context - len(ids)), dropped)


def _without_oldest(messages: list[Message]) -> list[Message]:
    """Without the first exchange after the system turns, so that what remains begins with a user turn again."""
    start = next((n for n, message in enumerate(messages) if message.role != "system"), len(messages))
    after = start + 1
    while after < len(messages) - 1 and messages[after].role != "user":
        after += 1
    return messages if after >= len(messages) else messages[:start] + messages[after:]
