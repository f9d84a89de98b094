"""Shapes: what is detected, and that any row written in any shape that can hold it comes back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import FORMATS, Example, Message
from studio.data.formats import best_format, format_named, format_of
from studio.data.formats.turn import as_json
from studio.data.log import Log

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
said = texts.filter(lambda text: bool(text.strip()))
names = st.text(st.characters(codec="ascii", categories=("Ll",)), min_size=1, max_size=6)
functions = st.builds(lambda name, arguments: {"name": name, "arguments": arguments}, names, texts)
calls = st.lists(
    st.builds(lambda function: {"id": "1", "type": "function", "function": function}, functions), min_size=1, max_size=2
).map(as_json)
answers = st.builds(Message, st.just("assistant"), said, st.sampled_from([None, 1]))
callings = st.builds(lambda made: Message("assistant", "", calls=made), calls)
turns = st.one_of(
    st.builds(Message, st.just("user"), texts),
    st.builds(Message, st.just("system"), texts),
    st.builds(Message, st.just("tool"), texts, call_id=names),
    st.builds(Message, st.just("assistant"), said, st.sampled_from([None, 0, 1])),
    callings,
)
tools = st.one_of(st.just(""), st.lists(st.just(TOOL), min_size=1, max_size=2).map(as_json))
conversations = st.builds(
    lambda before, last, given: Example(1, (*before, last), tools=given), st.lists(turns, max_size=5), answers, tools
)
pairs = st.builds(lambda asked, last: Example(1, (Message("user", asked), last)), texts, answers)
labelled = st.builds(
    lambda text, labels: Example(
        1, (Message("user", text), Message("assistant", ", ".join(labels))), labels=tuple(labels)
    ),
    texts,
    st.lists(said, min_size=1, max_size=3),
)
preferences = st.builds(
    lambda before, better, worse, given: Example(1, (*before, better), (worse,), tools=given),
    st.lists(turns, min_size=1, max_size=3),
    st.one_of(answers, callings),
    st.one_of(answers, callings),
    tools,
)
plain = st.builds(lambda text: Example(1, (Message("assistant", text),)), said)
anything = st.one_of(conversations, pairs, labelled, preferences, plain)


def meaning(example: Example) -> Example:
    """What training sees: weight 1 is none, and the labels are said by the answer."""
    messages = tuple(replace(m, weight=None) if m.weight == 1 else m for m in example.messages)
    rejected = tuple(replace(m, weight=None) if m.weight == 1 else m for m in example.rejected)
    return replace(example, messages=messages, rejected=rejected, labels=())


@pytest.mark.parametrize("shape", FORMATS, ids=lambda shape: shape.NAME)
@settings(max_examples=150, deadline=None)
@given(example=anything)
def test_any_row_in_any_shape_comes_back(shape: Any, example: Example) -> None:
    row = shape.write(example)
    if row is None:
        return
    row = json.loads(json.dumps(row))
    assert shape.detect(row)
    log = Log()
    back = shape.parse(row, 1, log)
    assert log.errors == 0
    assert back is not None
    assert meaning(back) == meaning(example)


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        ("chat", {"conversations", "pairs", "labelled", "plain"}),
        ("prompt_completion", {"pairs", "labelled"}),
        ("instruction", {"pairs", "labelled"}),
        ("sharegpt", {"pairs", "labelled", "plain"}),
        ("text_label", {"pairs", "labelled"}),
        ("preference", {"preferences"}),
        ("raw_text", {"plain"}),
    ],
)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_a_shape_can_hold(shape: str, kept: set[str], data: st.DataObject) -> None:
    kinds = {"conversations": conversations, "pairs": pairs, "labelled": labelled, "plain": plain}
    for name, strategy in {**kinds, "preferences": preferences}.items():
        if name in kept:
            assert format_named(shape).write(data.draw(strategy)) is not None


@pytest.mark.parametrize(
    ("row", "shape"),
    [
        ({"messages": []}, "chat"),
        ({"prompt": "a", "completion": "b"}, "prompt_completion"),
        ({"instruction": "a", "output": "b"}, "instruction"),
        ({"conversations": []}, "sharegpt"),
        ({"text": "a", "label": "b"}, "text_label"),
        ({"text": "a", "labels": ["b"]}, "text_label"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference"),
        ({"input": {}, "preferred_output": [], "non_preferred_output": []}, "preference"),
        ({"text": "a"}, "raw_text"),
        ({"question": "a", "answer": "b"}, None),
    ],
)
def test_detection(row: dict[str, Any], shape: str | None) -> None:
    found = format_of(row)
    assert (found.NAME if found else None) == shape
    best, sure = best_format([row])
    assert (best.NAME if best else None) == shape
    assert 0 <= sure <= 1
    assert bool(sure) == (shape is not None)


@pytest.mark.parametrize("shape", FORMATS, ids=lambda shape: shape.NAME)
def test_a_shape_is_sure_of_its_example(shape: Any) -> None:
    assert best_format([json.loads(shape.EXAMPLE)]) == (shape, 1.0)
    assert {field.name for field in shape.FIELDS if field.needed}
    assert shape.REASON.endswith(".")
