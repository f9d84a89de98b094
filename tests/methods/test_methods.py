"""Every method's options are bounded, described and checked, and its strengths are options it accepts."""

from dataclasses import dataclass

import pytest

from studio import methods
from studio.errors import OptionError, UsageError
from studio.methods.base import STRENGTHS, bounds


@dataclass(frozen=True)
class Base:
    name: str = "small"
    context: int = 512
    hidden_size: int = 256


EVERY = pytest.mark.parametrize("method", methods.METHODS, ids=lambda method: method.id)


@EVERY
def test_cards_are_sentences(method):
    assert method.__doc__
    assert "Example:" in method.__doc__
    for line in (method.what, method.when):
        assert line.endswith(".")
        assert line[0].isupper()


@EVERY
def test_options_are_bounded_and_described(method):
    for name, info in method.options.model_fields.items():
        assert info.title, name
        assert info.description.endswith("."), name
        assert isinstance(info.json_schema_extra, dict), name
        low, high = bounds(info)
        assert (low is not None and high is not None) or info.json_schema_extra.get("choices"), name


@EVERY
def test_strengths_are_valid_and_balanced_is_the_default(method):
    assert tuple(method.strengths) == STRENGTHS
    for values in method.strengths.values():
        methods.validate(method.id, values, Base())
    assert methods.validate(method.id, method.strengths["balanced"], Base()) == method.options()


def test_unknown_methods_name_the_known():
    with pytest.raises(UsageError, match="lora"):
        methods.get("magic")


@pytest.mark.parametrize(
    "values",
    [
        {"rank": 0},
        {"rank": 257},
        {"learning_rate": 10},
        {"learning_rate": float("nan")},
        {"epochs": "many"},
        {"schedule": "zigzag"},
        {"x": 1},
    ],
)
def test_bad_options_are_named(values):
    with pytest.raises(OptionError) as caught:
        methods.validate("lora", values, Base())
    name = next(iter(values))
    assert caught.value.field == name
    assert name in caught.value.happened


def test_all_mistakes_at_once():
    with pytest.raises(OptionError) as caught:
        methods.validate("lora", {"rank": 0, "alpha": 0, "seed": -1}, Base())
    assert all(word in caught.value.happened for word in ("rank", "alpha", "seed", "2,147,483,647"))


@pytest.mark.parametrize("limit", [513, 1, 15])
def test_lengths_the_model_cannot_use(limit):
    with pytest.raises(OptionError) as caught:
        methods.validate("lora", {"max_length": limit}, Base())
    assert caught.value.field == "max_length"


@pytest.mark.parametrize("method", ["lora", "qlora", "preference"])
def test_a_rank_larger_than_the_layer(method):
    with pytest.raises(OptionError, match="only 64 wide") as caught:
        methods.validate(method, {"rank": 65}, Base(hidden_size=64))
    assert caught.value.field == "rank"
    assert methods.validate(method, {"rank": 64}, Base(hidden_size=64)).rank == 64


def test_text_from_a_command_line_becomes_numbers():
    options = methods.validate("lora", {"rank": "8", "learning_rate": "1e-3", "max_length": "512"}, Base())
    assert (options.rank, options.learning_rate, options.max_length) == (8, 1e-3, 512)
