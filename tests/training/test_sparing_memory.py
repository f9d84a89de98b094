"""Computing twice what the layers computed: the same loss and gradients from less that is kept; chosen by what fits."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio import methods
from studio.methods import needs
from studio.methods.needs import NOTHING, Spared
from studio.training import body, sparing_memory
from studio.training.sparing_memory import chosen


def learned(make_job, method, twice):
    _, spec = make_job(method=method, epochs=1, learning_rate=1e-3)
    info, training, validation = body.verified(spec.work)
    chosen = methods.get(method)
    options = methods.validate(method, spec.work.options, info)
    ready = body.PREPARE[chosen.teaches](info, chosen, options, training, validation)
    if twice:
        sparing_memory.compute_twice(ready.lesson.model)
    ready.lesson.model.train()
    kept = 0

    def keep(tensor):
        nonlocal kept
        kept += tensor.nbytes
        return tensor

    # the scorer chooses this kernel for short rows on a processor; the second computation has to as well
    with sdpa_kernel(SDPBackend.MATH):
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            loss = ready.lesson.loss(ready.rows[:8])
        loss.backward()
    grads = [weight.grad for weight in ready.lesson.model.parameters() if weight.grad is not None]
    return loss.item(), grads, kept


@pytest.mark.parametrize("method", ["lora", "full"])
def test_the_same_is_learned_from_less_that_is_kept(make_job, method):
    loss, grads, kept = learned(make_job, method, twice=False)
    again, others, less = learned(make_job, method, twice=True)
    assert again == loss
    assert len(others) == len(grads) > 0
    assert all(torch.equal(one, other) for one, other in zip(grads, others, strict=True))
    assert less < kept / 2


TWICE, EIGHT, PAGED = (Spared(True, moments) for moments in ("whole", "8-bit", "paged"))
GB = 10**9


def test_the_first_way_that_fits_the_card_is_chosen_and_none_on_a_processor(make_job):
    _, spec = make_job(epochs=1)
    info, *_ = body.verified(spec.work)
    lora = methods.get("lora")
    options = lora.options(tokens_per_step=4096)
    assert chosen(lora, info, options, 100, None, True) == NOTHING
    assert chosen(lora, info, options, 100, 80 * 10**9, True) == NOTHING
    assert chosen(lora, info, options, 4096, 10**9, True) == NOTHING
    assert chosen(lora, info, options, 10**6, 10**9, True) != NOTHING, "one long row counts"
    assert chosen(lora, info, options, 100, 10**8, True) == PAGED, "where nothing fits, the most sparing is tried"
    assert chosen(lora, info, options, 100, 10**8, False) == TWICE, "without the library for 8 bits"


def test_the_less_a_card_has_the_more_is_spared():
    full = methods.get("full")
    model = SimpleNamespace(
        parameters=8 * 10**9, layers=32, hidden_size=4096, vocabulary=128_000, bytes=16 * 10**9, dtype="bfloat16"
    )
    taken = [
        needs.memory_bytes(full, model, (), needs.Batch(4096, 1024), model.parameters, 2, way) for way in needs.WAYS
    ]
    assert taken == sorted(taken, reverse=True)
    assert len(set(taken)) == 4
    words = model.vocabulary * model.hidden_size
    assert taken[1] - taken[2] == pytest.approx((8 - needs.EIGHT_BITS) * (model.parameters - words))
    assert taken[1] - taken[3] == 8 * model.parameters


def test_what_is_done_is_told():
    full = methods.get("full")
    assert sparing_memory.told(NOTHING, full) == []
    for way, words in ((TWICE, "twice"), (EIGHT, "8 bits"), (PAGED, "move to the memory of the machine")):
        (text,) = sparing_memory.told(way, full, 2)
        assert text.startswith("The graphics card is small for this training, so its layers are computed twice")
        assert words in text
    (text,) = sparing_memory.told(Spared(twice=True, divided=4), full, 4)
    assert "the model is divided over the 4 cards, and its layers are computed twice" in text
    _, copies = sparing_memory.told(PAGED, methods.get("qlora"), 4)
    assert "each of them holds a whole copy" in copies


LARGE = SimpleNamespace(
    path="", parameters=8 * GB, layers=32, hidden_size=4096, vocabulary=128_000, bytes=32 * GB, dtype="float32"
)


@pytest.mark.parametrize(
    ("free", "cards", "wanted"),
    [
        (200, 8, NOTHING),
        (200, 1, TWICE),
        (160, 8, TWICE),
        (120, 8, Spared(divided=8)),
        (120, 1, EIGHT),
        (50, 8, Spared(twice=True, divided=8)),
        (100, 2, Spared(twice=True, divided=2)),
        (90, 2, PAGED),
        (1, 8, Spared(twice=True, divided=8)),
    ],
)
def test_several_cards_divide_what_does_not_fit_one(monkeypatch, free, cards, wanted):
    tensors = [SimpleNamespace(name=f"model.layers.{number}.x", shape=(16_384, 13_000)) for number in range(32)]
    monkeypatch.setattr(sparing_memory.weights, "weight_files", lambda folder: ["one"])
    monkeypatch.setattr(sparing_memory.weights, "read_tensors", lambda file: tensors)
    monkeypatch.setattr(sparing_memory.weights, "linear", lambda found: found)
    full = methods.get("full")
    options = full.options(tokens_per_step=4096)
    assert chosen(full, LARGE, options, 2048, free * GB, True, cards) == wanted


def test_what_is_packed_in_4_bits_is_never_divided(make_job):
    _, spec = make_job(epochs=1)
    info, *_ = body.verified(spec.work)
    options = methods.get("lora").options()
    assert chosen(methods.get("lora"), info, options, 100, 10**8, True, 2) == Spared(twice=True, divided=2)
    assert chosen(methods.get("qlora"), info, options, 100, 10**8, True, 2, divisible=False) == PAGED
