"""The one place where chats become tokens: training, evaluation and inference all render through here.

Works with chat templates that mark the assistant's text ({% generation %}), with those that do not (by comparing the
conversation's beginnings, or by where each answer is put), and with no template at all (a plain one of our own). Text
of the user that looks like a special token is encoded as ordinary text. Cutting to a length is not done here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from studio.errors import ModelError
from studio.models.pieces import OTHER_MODEL, Encoded, begins, document, ended, marked, specials, tokens

PLAIN_TEMPLATE = (
    "{{ begin }}{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}{{ 'Assistant:\n' }}"
    "{% generation %}{{ message['content'] + eos_token }}{% endgeneration %}{{ '\n\n' }}"
    "{%- elif message['role'] == 'user' -%}{{ 'User:\n' + message['content'] + '\n\n' }}"
    "{%- else -%}{{ message['content'] + '\n\n' }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ 'Assistant:\n' }}{%- endif -%}"
)
# Noncharacters around the number of an answer, to see where a template puts it
PLACE = "\ufdd2{}\ufdd3"
PLACES = re.compile("\ufdd2([0-9]+)\ufdd3")
# A model is trained and asked on different days, and one of two minds answers without thinking aloud.
ONE_DAY = "{%- macro strftime_now(form) -%}01 Jan 2026{%- endmacro -%}"
SETTLED: dict[str, Any] = {"enable_thinking": False, "date_string": "01 Jan 2026"}
GENERATION = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")


class Turn(Protocol):
    """One message; studio.data.Message fits. weight 0: an answer that is not trained on."""

    @property
    def role(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def weight(self) -> int | None: ...


def encode(tokenizer: Any, messages: Sequence[Turn]) -> Encoded:
    """Ids of the whole conversation; trained are the tokens of each assistant turn and its end token, but none of a
    turn of weight 0. Raw text stands without a template, every token trained. `tokenizer`: of transformers.
    ModelError when the model's template cannot tell answers apart."""
    if is_raw(messages):
        return document(tokenizer, messages[0].content, trained=messages[0].weight != 0)
    chat = _render(tokenizer, messages)
    weights = [m.weight for m in messages if m.role == "assistant"]
    ids: list[int] = []
    trained: list[bool] = []
    position = 0
    for (start, end), weight in zip(chat.spans, weights, strict=True):
        # Encoded in pieces, so that the prompt has the same ids here as when the model is asked to go on from it
        prompt = tokens(tokenizer, chat.text[position:start], first=position == 0)
        answer = ended(tokenizer, tokens(tokenizer, chat.text[start:end], first=False))
        ids += prompt + answer
        trained += [False] * len(prompt) + [weight != 0] * len(answer)
        position = end
    rest = tokens(tokenizer, chat.text[position:], first=position == 0)
    return Encoded(ids + rest, trained + [False] * len(rest))


def is_raw(messages: Sequence[Turn]) -> bool:
    """Whether these are raw text: one answer to nothing."""
    return len(messages) == 1 and messages[0].role == "assistant"


def encode_prompt(tokenizer: Any, messages: Sequence[Turn]) -> list[int]:
    """Ids of a conversation up to where the assistant begins to write."""
    return tokens(tokenizer, _apply(tokenizer, _turns(tokenizer, messages), prompt=True)[0], first=True)


def stop_ids(tokenizer: Any) -> list[int]:
    """The tokens that end an answer: the tokenizer's own, and the one the template writes after each answer."""
    probe = encode(tokenizer, [_Probe("user", "a"), _Probe("assistant", "b")])
    last = max(index for index, learn in enumerate(probe.trained) if learn)
    return sorted({probe.ids[last], tokenizer.eos_token_id} - {None})


@dataclass(frozen=True)
class _Probe:
    role: str
    content: str
    weight: int | None = None


@dataclass(frozen=True)
class _Chat:
    """A rendered conversation and the character span of each answer, its end token included."""

    text: str
    spans: list[tuple[int, int]]


def _render(tokenizer: Any, messages: Sequence[Turn]) -> _Chat:
    turns = _turns(tokenizer, messages)
    text, marks = _apply(tokenizer, turns, prompt=False)
    answers = [turn["content"] for turn in turns if turn["role"] == "assistant"]
    if len(marks) != len(answers) or any(_find(text, a, *m) is None for a, m in zip(answers, marks, strict=True)):
        marks = _by_beginnings(tokenizer, turns, text) or _by_places(tokenizer, turns, text)
    ends = specials(tokenizer)
    end_token = tokenizer.eos_token or ""
    spans = [_trim(text, answer, mark, ends, end_token) for answer, mark in zip(answers, marks, strict=True)]
    return _Chat(text, spans)


def _by_beginnings(tokenizer: Any, turns: list[dict[str, str]], text: str) -> list[tuple[int, int]] | None:
    """Where each answer stands: between the conversation before it, rendered as a prompt, and the one that ends in it.
    None unless each of these is a beginning of the next."""
    found = []
    for index, turn in enumerate(turns):
        if turn["role"] != "assistant":
            continue
        before = _apply(tokenizer, turns[:index], prompt=True)[0]
        after = _apply(tokenizer, turns[: index + 1], prompt=False)[0]
        if not after.startswith(before) or not text.startswith(after):
            return None
        found.append((len(before), len(after)))
    return found


def _by_places(tokenizer: Any, turns: list[dict[str, str]], text: str) -> list[tuple[int, int]]:
    """Where each answer stands, for a template that ends a conversation or its last turn in a way of its own: where it
    puts a stand-in for it. Verified: with the answers in place of the stand-ins it is the same text."""
    answers = [turn["content"] for turn in turns if turn["role"] == "assistant"]
    numbers = iter(range(len(answers)))
    marked_turns = [
        turn | {"content": PLACE.format(next(numbers))} if turn["role"] == "assistant" else turn for turn in turns
    ]
    pieces = PLACES.split(_apply(tokenizer, marked_turns, prompt=False)[0])
    if [int(number) for number in pieces[1::2]] == list(range(len(answers))):
        for said in (answers, [answer.strip() for answer in answers]):
            starts, built = [], pieces[0]
            for answer, rest in zip(said, pieces[2::2], strict=True):
                starts.append(len(built))
                built += answer + rest
            if built == text:
                return list(zip(starts, [*starts[1:], len(text)], strict=True))
    raise ModelError(
        "The chat template of the base model changes earlier turns when a conversation goes on, so the answers in it "
        "cannot be told apart.",
        "Choose another base model, or use examples with a single answer each.",
    )


def _find(text: str, answer: str, start: int, end: int) -> int | None:
    """Where the answer ends between start and end, None when the template did not write it as it is."""
    for wanted in (answer, answer.strip()):
        position = text.find(wanted, start, end)
        if position >= 0:
            return position + len(wanted)
    return None


def _trim(text: str, answer: str, mark: tuple[int, int], ends: re.Pattern[str], end_token: str) -> tuple[int, int]:
    """The span from the mark's start to the end token after the answer; what follows it is the next turn's."""
    start, end = mark
    after = _find(text, answer, start, end)
    if after is None:
        return start, start + len(text[start:end].rstrip())
    inside = re.compile(r"\s*" + ends.pattern).match(text, after, end)
    if inside:
        return start, inside.end()
    # Some authors close the mark before the end token
    outside = end == after and end_token and text.startswith(end_token, end)
    return start, after + len(end_token) if outside else after


def _turns(tokenizer: Any, messages: Sequence[Turn]) -> list[dict[str, str]]:
    """The messages as a template takes them; where it refuses or drops system turns, their text joins the next user
    turn."""
    special = specials(tokenizer)
    turns = [{"role": m.role, "content": marked(special, m.content)} for m in messages]
    systems = [turn["content"].strip() for turn in turns if turn["role"] == "system"]
    if not systems:
        return turns
    try:
        text = _apply(tokenizer, turns, prompt=turns[-1]["role"] != "assistant")[0]
        if all(system in text for system in systems):
            return turns
    except ModelError:
        pass  # this template has no system role
    return _folded(turns)


def _folded(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    result: list[dict[str, str]] = []
    waiting = ""
    for turn in turns:
        if turn["role"] == "system":
            waiting += turn["content"] + "\n\n"
        elif turn["role"] == "user":
            result.append({"role": "user", "content": waiting + turn["content"]})
            waiting = ""
        else:
            result.append(turn)
    return result


def _apply(tokenizer: Any, turns: list[dict[str, str]], prompt: bool) -> tuple[str, list[tuple[int, int]]]:
    """The rendered text and the spans marked as the assistant's (none without marks)."""
    from jinja2 import TemplateError
    from transformers.utils.chat_template_utils import render_jinja_template

    template = tokenizer.get_chat_template() if tokenizer.chat_template else PLAIN_TEMPLATE
    if "strftime_now" in template:
        template = ONE_DAY + template
    begin = tokenizer.bos_token if begins(tokenizer) else ""
    values = {"bos_token": "", "eos_token": "", "begin": begin, **SETTLED, **tokenizer.special_tokens_map}
    try:
        texts, marks = render_jinja_template(
            [turns],
            chat_template=template,
            add_generation_prompt=prompt,
            return_assistant_tokens_mask=GENERATION.search(template) is not None,
            **values,
        )
    except (TemplateError, TypeError, ValueError) as error:
        raise ModelError(
            f"The chat template of the base model refuses this conversation: {error}.", OTHER_MODEL
        ) from None
    return texts[0], [tuple(mark) for mark in marks[0]] if marks else []
