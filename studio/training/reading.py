"""The same few validation prompts, answered by the model as it learns, so that a person reads what the curve means."""

from collections.abc import Sequence
from typing import Any

from studio.data.values import Example
from studio.inference import greedy
from studio.inference.prompt import fit
from studio.models.template import is_raw, stop_ids

PROMPTS = 3
ROOM = 96
"""Tokens of an answer at most; an excerpt tells enough, and the training waits meanwhile."""
SHOWN = 600
"""Characters of a prompt that are kept; its end, which asks."""


class Reader:
    """Asks the first validation examples that have a question and an answer."""

    def __init__(self, model: Any, tokenizer: Any, context: int, examples: Sequence[Example]) -> None:
        """model: the network in training, with or without peft layers inside it."""
        self._network = model.get_base_model() if hasattr(model, "peft_config") else model
        asked = [one for one in examples if one.prompt and one.answer and not is_raw(one.messages)][:PROMPTS]
        self._prompts = [fit(tokenizer, one.prompt, context, ROOM, cut_long=True) for one in asked]
        self._wanted = [{"asked": one.prompt[-1].content[-SHOWN:], "wanted": one.answer[:SHOWN]} for one in asked]
        self._tokenizer, self._end = tokenizer, stop_ids(tokenizer) if asked else []

    def answers(self) -> list[dict[str, str]]:
        """{"asked", "wanted", "said"} of each prompt; call it in evaluation mode and without gradients."""
        if not self._prompts:
            return []
        ids, rooms = [prompt.ids for prompt in self._prompts], [min(ROOM, prompt.room) for prompt in self._prompts]
        pad = self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else self._end[0]
        found = greedy.answer(self._network, ids, rooms, self._end, pad)
        said = [self._tokenizer.decode(one, skip_special_tokens=True).strip() for one in found]
        return [{**wanted, "said": one} for wanted, one in zip(self._wanted, said, strict=True)]
