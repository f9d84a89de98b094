"""Computing twice what the layers computed: the same loss and gradients from less that is kept; chosen by what fits."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio import methods
from studio.training import body, sparing_memory
from studio.training.sparing_memory import needed


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


def test_it_is_chosen_where_the_card_is_too_small_and_never_on_a_processor(make_job):
    _, spec = make_job(epochs=1)
    info, *_ = body.verified(spec.work)
    lora = methods.get("lora")
    options = lora.options(tokens_per_step=4096)
    assert not needed(lora, info, options, 100, None)
    assert not needed(lora, info, options, 100, 80 * 10**9)
    assert needed(lora, info, options, 100, 10**8)
    room = 10**9
    assert not needed(lora, info, options, 4096, room)
    assert needed(lora, info, options, 10**6, room), "one long row counts"
