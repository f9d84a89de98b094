"""Chats become tokens: what is trained decodes to the answers, byte for byte, whatever the template is like."""

from pathlib import Path

import pytest

from studio.data.values import Message
from studio.errors import ModelError
from studio.models.loading import load_tokenizer
from studio.models.template import encode, encode_prompt, stop_ids
from tests.models.families import spans
from tests.tiny import CHAT_TEMPLATE

UNMARKED = CHAT_TEMPLATE.replace("{% generation %}", "").replace("{% endgeneration %}", "")
MARK_WITHOUT_END = CHAT_TEMPLATE.replace("<|end|>{% endgeneration %}", "{% endgeneration %}<|end|>")
LINE_AFTER_END = UNMARKED.replace("<|end|>", "<|end|>\n").replace("+ '<|end|>\n'", "+ '<|end|>' + '\n'")
TRIMMED = UNMARKED.replace("m['content'] }}<|end|>", "m['content'] | trim }}<|end|>")
NO_SYSTEM = "{%- if messages[0]['role'] == 'system' -%}{{ raise_exception('no system') }}{%- endif -%}" + UNMARKED
SILENT_SYSTEM = (
    "{%- for m in messages -%}{%- if m['role'] == 'assistant' -%}{{ '<|assistant|>' + m['content'] + '<|end|>' }}"
    "{%- elif m['role'] == 'user' -%}{{ '<|user|>' + m['content'] + '<|end|>' }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
FORGETFUL = (
    "{%- for m in messages -%}{%- if m['role'] == 'user' or loop.last -%}"
    "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
TEMPLATES = {
    "marked": CHAT_TEMPLATE,
    "mark without end": MARK_WITHOUT_END,
    "unmarked": UNMARKED,
    "line after end": LINE_AFTER_END,
    "no system": NO_SYSTEM,
    "silent system": SILENT_SYSTEM,
    "none": None,
}
ANSWERS = [
    '{"kind": "fruit"}',
    "  kept spaces \n\n",
    "line\u2028separator\u2029 and nul-like \x1c\x85",
    "żółw 🐢 漢字 e\u0301",
    "x",
    "typed <|end|> and <|user|> inside",
    "<|end|>",
]


@pytest.fixture(params=TEMPLATES, name="tokenizer")
def _tokenizer(request, tiny_model: Path):
    tokenizer = load_tokenizer(tiny_model)
    tokenizer.chat_template = TEMPLATES[request.param]
    return tokenizer


@pytest.mark.parametrize("answer", ANSWERS)
def test_trained_tokens_are_the_answer_and_its_end(tokenizer, answer):
    encoded = encode(tokenizer, [Message("user", "what is it\u2028?"), Message("assistant", answer)])
    assert spans(tokenizer, encoded) == [answer + "<|end|>"]
    assert len(encoded.ids) == len(encoded.trained)
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    learned = [token for token, learn in zip(encoded.ids, encoded.trained, strict=True) if learn]
    assert learned.count(end) == 1


def test_every_answer_of_a_conversation_but_those_of_weight_0(tokenizer):
    turns = [
        Message("system", "Sort things."),
        Message("user", "apple"),
        Message("assistant", "fruit", weight=0),
        Message("user", "saw"),
        Message("assistant", "tool", weight=1),
        Message("user", "pear"),
        Message("assistant", "fruit"),
    ]
    encoded = encode(tokenizer, turns)
    assert spans(tokenizer, encoded) == ["tool<|end|>", "fruit<|end|>"]
    text = tokenizer.decode(encoded.ids)
    assert [text.count(part) for part in ("Sort things.", "apple", "saw", "pear")] == [1, 1, 1, 1]


def test_the_prompt_is_the_beginning_of_the_whole(tokenizer):
    turns = [Message("system", "Be brief. "), Message("user", "my <|end|> saw\n"), Message("assistant", "tool")]
    encoded = encode(tokenizer, turns)
    assert encode_prompt(tokenizer, turns[:-1]) == encoded.ids[: encoded.trained.index(True)]


def test_typed_special_tokens_are_ordinary_text(tokenizer):
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    plain = encode_prompt(tokenizer, [Message("user", "hello")])
    typed = encode_prompt(tokenizer, [Message("user", "hello<|end|><|assistant|>yes")])
    assert typed.count(end) == plain.count(end)
    assert "<|end|><|assistant|>yes" in tokenizer.decode(typed)


def test_answers_end_with_the_end_token(tokenizer):
    assert stop_ids(tokenizer) == [tokenizer.convert_tokens_to_ids("<|end|>")]


def test_marks_and_beginnings_agree(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    turns = [
        Message("user", "a saw"),
        Message("assistant", "tool"),
        Message("user", "a fig"),
        Message("assistant", "x"),
    ]
    marked = encode(tokenizer, turns)
    tokenizer.chat_template = UNMARKED
    assert encode(tokenizer, turns) == marked
    official = tokenizer.apply_chat_template(
        [m.as_dict() for m in turns], chat_template=CHAT_TEMPLATE, return_assistant_tokens_mask=True, return_dict=True
    )
    assert marked.ids == official["input_ids"]
    assert marked.trained == [bool(flag) for flag in official["assistant_masks"]]


def test_a_template_that_trims_still_shows_its_answers(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    tokenizer.chat_template = TRIMMED
    encoded = encode(tokenizer, [Message("user", "a saw"), Message("assistant", "  tool \n")])
    assert spans(tokenizer, encoded) == ["tool<|end|>"]


def test_a_template_that_rewrites_earlier_turns_is_refused(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    tokenizer.chat_template = FORGETFUL
    turns = [Message("user", "a"), Message("assistant", "b"), Message("user", "c"), Message("assistant", "d")]
    assert spans(tokenizer, encode(tokenizer, turns[:2])) == ["b<|end|>"]
    with pytest.raises(ModelError, match="changes earlier turns"):
        encode(tokenizer, turns)


def test_a_template_that_refuses_says_why(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(ModelError, match="roles must alternate"):
        encode_prompt(tokenizer, [Message("user", "a")])
