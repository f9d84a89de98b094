"""For every family of forms in the catalogue and every shape of data: what is trained, decoded, is the answers, byte
for byte; and what the model is asked with is how the trained conversation begins, today and on any other day."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from studio import data
from studio.data import FORMATS
from studio.data.values import Example, Message
from studio.models.template import encode, encode_prompt, is_raw, stop_ids
from studio.training.rows import tokenise
from tests.models.families import FAMILIES, Family, spans, tokenizer_of

ODD = (
    "  blanks \n\n",
    "line\u2028end\x85",
    "zażółć 🐢 漢字 e\u0301",
    "x",
    '{"a": [1, 2]}',
    "typed {end} inside",
    "{end}",
)
TURNS = [
    Message("system", "Be brief."),
    Message("user", "first <think>?"),
    Message("assistant", "one", weight=0),
    Message("user", "second\n\n"),
    Message("assistant", "two"),
    Message("user", "third"),
    Message("assistant", "three"),
]
SHAPES = {
    "chat": {"messages": [turn.as_dict() for turn in TURNS]},
    "sharegpt": {"conversations": [{"from": turn.role, "value": turn.content} for turn in TURNS]},
    "instruction": {"instruction": "Sort this", "input": "a saw", "output": "tool\n"},
    "prompt_completion": {"prompt": "What is a fig?", "completion": " a fruit"},
    "text_label": {"text": "a parcel is late", "label": "delivery"},
    "preference": {"prompt": "Hi", "chosen": "Hello, how can I help?", "rejected": "What?"},
    "raw_text": {"text": "The cat sat.\n\nIt sat <|im_end|> long."},
}


@pytest.fixture(params=FAMILIES, name="family")
def _family(request) -> Family:
    return FAMILIES[request.param]


@cache
def made(family: Family) -> Any:
    return tokenizer_of(family)


def wanted(family: Family, answer: str) -> str:
    return (answer.strip() if family.strips else answer) + family.ends


def read(shape: str, tmp_path: Path) -> list[Example]:
    """Six rows of the shape, as the studio brings a file in."""
    path = tmp_path / f"{shape}.jsonl"
    first = SHAPES[shape]
    others = [json.loads(json.dumps(first).replace("a fig", f"a fig {n}")) for n in range(5)]
    path.write_text("".join(json.dumps(row) + "\n" for row in [first, *others]), encoding="utf-8")
    report = data.import_file([path], tmp_path / shape, path.name)
    assert report.shape == shape
    return data.load_examples(data.rows_file(tmp_path / shape, 1))


def test_every_shape_is_here():
    assert set(SHAPES) == {shape.NAME for shape in FORMATS}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_trains_its_answers(family, shape, tmp_path):
    tokenizer = made(family)
    for example in read(shape, tmp_path):
        (row,) = tokenise(tokenizer, [example], 512).rows
        answers = [turn.content for turn in example.messages if turn.role == "assistant" and turn.weight != 0]
        if is_raw(example.messages):
            begin = [tokenizer.bos_token] if family.begins else []
            assert spans(tokenizer, row) == ["".join([*begin, answers[0], tokenizer.eos_token])]
        else:
            assert spans(tokenizer, row) == [wanted(family, answer) for answer in answers]


def test_a_turn_that_only_calls_a_tool_is_not_learned_as_silence(family):
    call = Message("assistant", "", calls='[{"id": "1", "type": "function"}]')
    turns = [Message("user", "weather?"), call, Message("user", "thanks"), Message("assistant", "sunny")]
    (row,) = tokenise(made(family), [Example(1, tuple(turns))], 512).rows
    assert spans(made(family), row) == [wanted(family, "sunny")]


@pytest.mark.parametrize("answer", ODD)
def test_odd_answers_too(family, answer):
    tokenizer, answer = made(family), answer.replace("{end}", family.ends)
    encoded = encode(tokenizer, [Message("user", f"what {family.ends} is it?"), Message("assistant", answer)])
    assert spans(tokenizer, encoded) == [wanted(family, answer)]
    end = tokenizer.convert_tokens_to_ids(family.ends)
    learned = [token for token, learn in zip(encoded.ids, encoded.trained, strict=True) if learn]
    assert learned.count(end) == 1, "a typed end is text, the real one ends the answer"


def test_weights_are_obeyed_in_long_conversations(family):
    tokenizer = made(family)
    encoded = encode(tokenizer, TURNS)
    assert spans(tokenizer, encoded) == [wanted(family, answer) for answer in ("two", "three")]
    text = tokenizer.decode(encoded.ids)
    assert [text.count(part) for part in ("Be brief.", "first", "one", "second", "third")] == [1] * 5


def test_the_last_answer_is_asked_for_as_it_was_spans(family):
    tokenizer = made(family)
    for turns in (TURNS, TURNS[1:3], TURNS[:3]):
        answered = [*turns[:-1], Message("assistant", turns[-1].content)]
        encoded = encode(tokenizer, answered)
        last = len(encoded.ids) - 1 - encoded.trained[::-1].index(True)
        while encoded.trained[last - 1]:
            last -= 1
        assert encode_prompt(tokenizer, turns[:-1]) == encoded.ids[:last]


def test_an_answer_ends_where_it_was_trained_to(family):
    tokenizer = made(family)
    assert tokenizer.convert_tokens_to_ids(family.ends) in stop_ids(tokenizer)


def test_the_day_does_not_matter(family, monkeypatch):
    import datetime

    from transformers.utils import chat_template_utils

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2031, 5, 6)

    before = encode_prompt(made(family), TURNS[:2])
    monkeypatch.setattr(chat_template_utils, "datetime", Later, raising=False)
    assert encode_prompt(made(family), TURNS[:2]) == before
