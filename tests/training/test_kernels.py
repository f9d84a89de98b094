"""Where Liger's kernels are switched on, and which of them. What they compute needs a card, or Triton's interpreter."""

import inspect
import sys

import pytest
from transformers import AutoModelForCausalLM

from studio.training import kernels


def test_they_suit_a_card_a_known_architecture_and_where_they_are_installed():
    assert kernels.suits("llama", "cuda", installed=True)
    assert not kernels.suits("llama", "cpu", installed=True)
    assert not kernels.suits("llama", "cuda", installed=False)
    assert not kernels.suits("bert", "cuda", installed=True)


def test_a_gated_layer_with_another_activation_keeps_its_own():
    assert kernels.parts({"hidden_act": "silu"})["swiglu"]
    assert not kernels.parts({"hidden_act": "gelu"})["swiglu"]
    gemma = kernels.parts({"hidden_act": "gelu", "hidden_activation": "gelu_pytorch_tanh"})
    assert gemma["geglu"]
    assert not gemma["swiglu"]
    assert not any(on for name, on in gemma.items() if "cross_entropy" in name), "the loss stays ours"


def test_a_model_on_a_processor_is_left_as_it_is(tiny_model):
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    before = [part.forward.__func__ for part in model.modules()]
    assert kernels.quicken(model) == []
    assert [part.forward.__func__ for part in model.modules()] == before
    assert "liger_kernel" not in sys.modules


def test_where_they_cannot_be_compiled_the_usual_ones_are_used(tiny_model, monkeypatch):
    monkeypatch.setattr(kernels, "suits", lambda *_, **__: True)
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    before = [part.forward.__func__ for part in model.modules()]
    (note,) = kernels.quicken(model)
    assert note.endswith("so the usual ones are used.")
    assert [part.forward.__func__ for part in model.modules()] == before


def test_liger_knows_every_architecture_and_every_part():
    patches = pytest.importorskip("liger_kernel.transformers.monkey_patch")
    for architecture in kernels.ARCHITECTURES:
        known = inspect.signature(patches.MODEL_TYPE_TO_APPLY_LIGER_FN[architecture]).parameters
        assert {"rope", "rms_norm", "model"} <= known.keys(), architecture
        switched_off = {name for name, on in kernels.parts({"hidden_act": "silu"}).items() if not on}
        defaults = {name for name, one in known.items() if one.default is True}
        assert defaults <= {"rope", "rms_norm", "swiglu", "geglu"} | switched_off, "nothing is on that we do not name"
