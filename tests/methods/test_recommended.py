"""What is proposed for which rows on which models, and what cannot go together."""

from dataclasses import dataclass

import pytest

from studio.errors import DataError, ModelError, UsageError
from studio.methods import METHODS, get, validate
from studio.methods.base import Method
from studio.methods.recommended import Proposal, propose
from studio.methods.situation import Rows, unsuited


@dataclass(frozen=True)
class Base:
    name: str
    kind: str
    parameters: int = 7_000_000
    context: int = 512
    hidden_size: int = 256

    @property
    def can_generate(self) -> bool:
        return self.kind == "decoder"


SMALL, ENCODER = Base("starter", "decoder"), Base("starter-encoder", "encoder")
LARGE = Base("large", "decoder", 1_000_000_000, 4096)
BOTH = (SMALL, ENCODER)
CHATS, LABELS = Rows("chat", 192, answer=60), Rows("classify", 240, labels=3, rarest=70, answer=8)


def test_answers_are_learned_by_the_whole_of_a_small_model():
    found = propose(CHATS, BOTH)
    assert (found.model, found.method.id, found.strength) == (SMALL, "full", "balanced")
    assert [choice.name for choice in found.choices[:3]] == ["model", "method", "strength"]


def test_labels_are_told_by_an_encoder_and_written_where_there_is_none():
    assert [(p.model, p.method.id) for p in (propose(LABELS, BOTH), propose(LABELS, (SMALL,)))] == [
        (ENCODER, "classifier"),
        (SMALL, "full"),
    ]
    one, many = Rows("classify", 240, labels=1), Rows("classify", 9000, labels=4000)
    assert propose(one, BOTH).method.id == propose(many, BOTH).method.id == "full"


def test_a_small_encoder_keeps_its_layers_and_a_larger_one_moves_as_a_whole():
    assert propose(LABELS, BOTH).options["layers_rate"] < 0.1
    larger = propose(LABELS, BOTH, model=Base("bert", "encoder", 110_000_000))
    assert (larger.options["layers_rate"], larger.options["learning_rate"]) == (1.0, 5e-5)


def test_a_large_model_gets_an_addition_and_smaller_steps():
    found = propose(CHATS, BOTH, model=LARGE)
    assert (found.model, found.method.id) == (LARGE, "lora")
    assert found.options["learning_rate"] == 2e-4
    assert "model" not in [choice.name for choice in found.choices], "the user named it"
    assert propose(CHATS, BOTH, model=LARGE, method=get("full")).options["learning_rate"] == 2e-5


def test_what_the_user_chose_stays():
    found = propose(LABELS, BOTH, method=get("lora"), strength="gentle")
    assert (found.model, found.method.id, found.strength) == (SMALL, "lora", "gentle")
    assert propose(LABELS, BOTH, model=SMALL, method=get("classifier")).model == SMALL
    assert propose(CHATS, BOTH, model=ENCODER).method.id == "classifier", "refused later, with its reason"
    with pytest.raises(ModelError, match="No base model"):
        propose(CHATS, (ENCODER,), method=get("lora"))


def test_many_rows_are_read_less_often_and_few_more_often():
    epochs = [propose(Rows("chat", rows), BOTH).options["epochs"] for rows in (4, 60, 200, 500, 2000, 200_000)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[2] == epochs[3] == get("full").strengths["balanced"]["epochs"]
    assert epochs[0] == 2 * epochs[2]
    assert epochs[-1] == 2
    assert propose(Rows("chat", 500), BOTH, model=LARGE).options["epochs"] < get("lora").strengths["balanced"]["epochs"]
    gentle, strong = (propose(CHATS, BOTH, strength=s).options["epochs"] for s in ("gentle", "strong"))
    assert gentle < strong


def test_rare_labels_count_more():
    assert propose(LABELS, BOTH).options["class_weights"] == "none"
    skewed = propose(Rows("classify", 240, labels=3, rarest=9), BOTH)
    assert skewed.options["class_weights"] == "balanced"
    assert "9 of 240" in _because(skewed, "class_weights")


@pytest.mark.parametrize("rows", [CHATS, LABELS, Rows("text", 40), Rows("prefer", 5000), Rows("chat", 0)])
@pytest.mark.parametrize("method", [None, *METHODS], ids=lambda method: method.id if method else "any")
def test_every_proposal_is_valid_and_explained(rows, method):
    found = propose(rows, BOTH, method=method)
    assert validate(found.method.id, found.options, found.model).model_dump() == found.options
    for choice in found.choices:
        assert choice.because.endswith(".")
        assert choice.because[0].isupper() or choice.because[0].isdigit()


@pytest.mark.parametrize(
    ("method", "model", "rows", "said"),
    [
        ("lora", ENCODER, CHATS, "needs a base model that writes text"),
        ("full", ENCODER, LABELS, "needs a base model that writes text"),
        ("preference", SMALL, CHATS, "no worse one"),
        ("continued", SMALL, CHATS, "questions and answers"),
        ("classifier", SMALL, CHATS, "have none"),
        ("classifier", ENCODER, Rows("classify", 50, labels=0), "have none"),
        ("classifier", ENCODER, Rows("classify", 50, labels=1), "same label"),
        ("classifier", ENCODER, Rows("classify", 9000, labels=5000), "5,000 different labels"),
    ],
)
def test_what_cannot_go_together_is_said(method, model, rows, said):
    fault = unsuited(get(method), model, rows)
    assert isinstance(fault, DataError | UsageError)
    assert said in fault.happened
    assert fault.field in ("method", "label")


def test_what_goes_together():
    assert unsuited(get("classifier"), ENCODER, LABELS) is None
    assert unsuited(get("classifier"), SMALL, LABELS) is None
    assert unsuited(get("lora"), SMALL, LABELS) is None
    assert unsuited(get("full"), SMALL, Rows("text", 100)) is None


def _because(found: Proposal, name: str) -> str:
    return next(choice.because for choice in found.choices if choice.name == name)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_every_value_that_is_weighed_has_a_sentence(method: Method):
    found = propose(CHATS, BOTH, method=method)
    named = [choice.name for choice in found.choices]
    weighed = {"epochs", "learning_rate", "tokens_per_step", "max_length", "evaluations_per_epoch", "patience"}
    assert weighed | ({"rank"} if "rank" in found.options else set()) <= set(named)
    assert named[-1] == "split"
    assert len(named) == len(set(named))
    for choice in found.choices:
        assert choice.because.endswith(".")
        assert found.options.get(choice.name, choice.value) == choice.value


def test_a_larger_addition_for_more_rows():
    ranks = [propose(Rows("chat", rows), BOTH, model=LARGE).options["rank"] for rows in (50, 500, 5000, 50_000)]
    assert ranks == [8, 16, 32, 64]


def test_a_larger_model_reads_several_rows_a_step():
    long = Rows("chat", 500, typical=300, longest=900)
    assert propose(long, BOTH, model=LARGE).options["tokens_per_step"] >= 8 * 300
    assert propose(long, BOTH, model=SMALL).options["tokens_per_step"] == 512, "as measured"
    endless = Rows("chat", 500, typical=30_000, longest=90_000)
    assert propose(endless, BOTH, model=LARGE).options["tokens_per_step"] == 8192


def test_a_long_pass_is_looked_at_more_often():
    checks = [propose(Rows("chat", rows), BOTH).options["evaluations_per_epoch"] for rows in (200, 10_000, 10**6)]
    assert checks == [2, 4, 20]


def test_what_is_cut_and_held_out_is_said():
    assert "nothing is cut" in _because(propose(Rows("chat", 200, longest=400), BOTH), "max_length")
    assert "512 tokens" in _because(propose(Rows("chat", 200, longest=4000), BOTH), "max_length")
    assert "none are left" in _because(propose(Rows("chat", 20, has_test=False), BOTH), "split")


def test_a_model_without_room_is_held_in_4_bits():
    found = [propose(CHATS, BOTH, model=LARGE, memory=free).method.id for free in (8 * 10**9, 2 * 10**9)]
    assert found == ["lora", "qlora"]
