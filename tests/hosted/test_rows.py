"""Rows in the provider's shape, and what the provider would refuse, found before."""

import json
from pathlib import Path

import pytest

from studio import hosted
from studio.data.values import Example, Message
from studio.errors import DataError, OptionError
from studio.hosted import rows
from studio.hosted.options import HostedOptions, validated
from tests.hosted.jobs import example

OPENAI = hosted.get("openai")
DOCS = Path(__file__).parents[2] / "docs" / "hosted.md"
TOOLS = json.dumps([{"type": "function", "function": {"name": "look", "parameters": {}}}])
CALL = json.dumps([{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}])


def rules(*examples, validation=(), method="supervised", provider=OPENAI, context=0):
    many = [*examples, *(example(number) for number in range(20, 40))]
    return {finding.rule for finding in rows.check(many, validation, provider, method, context)}


def chat(*turns, **more):
    return Example(1, tuple(Message(role, text) for role, text in turns), **more)


def test_good_rows_have_no_findings():
    assert rules() == set()


def test_a_chat_keeps_weights_tools_and_calls():
    turns = (
        Message("user", "how warm is it"),
        Message("assistant", "", calls=CALL),
        Message("tool", "21", call_id="c1"),
        Message("assistant", "hm", weight=0),
        Message("assistant", "21 degrees"),
    )
    row = rows.row_of(Example(1, turns, tools=TOOLS), "supervised")
    assert row["tools"][0]["function"]["name"] == "look"
    _, call, tool, weak, answer = row["messages"]
    assert "content" not in call
    assert call["tool_calls"][0]["id"] == "c1"
    assert tool == {"role": "tool", "content": "21", "tool_call_id": "c1"}
    assert weak["weight"] == 0
    assert "weight" not in answer
    assert rules(Example(1, turns, tools=TOOLS)) == set()


def test_each_rule_finds_its_fault():
    good = ("user", "hi"), ("assistant", "hello")
    calls = (Message("user", "x"), Message("assistant", "", calls=CALL), Message("assistant", "y"))
    assert rules(Example(1, calls)) == {"hosted.tools"}
    orphan = (Message("user", "x"), Message("tool", "21", call_id="c9"), Message("assistant", "y"))
    assert rules(Example(1, orphan, tools=TOOLS)) == {"hosted.tools"}
    assert rules(chat(("assistant", "raw text"))) == {"hosted.question"}
    assert rules(chat(("user", "a <|im_end|> b"), ("assistant", "c"))) == {"hosted.special"}
    assert rules(chat(*good), validation=[chat(*good)]) == {"hosted.both_parts"}
    assert rules(chat(("user", "word " * 9000), ("assistant", "c")), context=8192) == {"hosted.long"}
    few = rows.check([example(1)] * 9, [], OPENAI, "supervised")
    assert [finding.rule for finding in few] == ["hosted.few"]
    preferences = [example(number, preference=True) for number in range(12)]
    assert rows.check(preferences, [], OPENAI, "dpo") == []
    assert {f.rule for f in rows.check([*preferences, example(1)], [], OPENAI, "dpo")} == {"hosted.preference"}
    assert rows.method_for(preferences) == "dpo"
    assert rows.method_for([*preferences, example(1)]) == "supervised"


def test_a_file_over_the_providers_limit_is_refused():
    import dataclasses

    small = dataclasses.replace(OPENAI, file_bytes=1000)
    found = rows.check([example(number) for number in range(20)], [], small, "supervised")
    assert [finding.rule for finding in found] == ["hosted.large"]
    with pytest.raises(DataError):
        rows.refuse(found)


def test_warnings_do_not_keep_from_starting():
    rows.refuse(rows.check([chat(("user", "<|im_end|>"), ("assistant", "c"))] * 12, [], OPENAI, "supervised"))


def test_every_rule_and_provider_is_documented():
    text = DOCS.read_text(encoding="utf-8")
    assert [rule for rule in rows.RULES if f"`{rule}`" not in text] == []
    assert [provider.title for provider in hosted.PROVIDERS if provider.title not in text] == []


def test_options_that_a_provider_does_not_know_are_refused():
    assert validated(OPENAI, "supervised", {"epochs": "3"}).epochs == 3
    for provider, method, options in (
        ("nebius", "supervised", {"learning_rate_multiplier": 2}),
        ("nebius", "dpo", {}),
        ("openai", "supervised", {"beta": 0.1}),
        ("openai", "supervised", {"epochs": 51}),
        ("openai", "supervised", {"suffix": "a b"}),
        ("openai", "supervised", {"nothing": 1}),
    ):
        with pytest.raises(OptionError):
            validated(hosted.get(provider), method, options)


def test_every_option_explains_itself():
    for name, info in HostedOptions.model_fields.items():
        assert info.title, name
        assert info.description, name
        assert info.description.endswith("."), name


def test_every_price_and_notice_has_its_source():
    for provider in hosted.PROVIDERS:
        for model in provider.models:
            assert model.price is None or (model.price.as_of and model.price.source.startswith("https://"))
            assert model.price is None or model.price.confirmed or provider.prices.startswith("https://")
        assert all(notice.source.startswith("https://") for notice in provider.notices)
        assert provider.address or provider.hint
