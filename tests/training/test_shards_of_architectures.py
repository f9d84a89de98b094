"""Small random models of many architectures learn the same in two parts as whole, layers computed once or twice."""

import os

import pytest
import torch
import torch.distributed as dist
from torch.nn.attention import SDPBackend, sdpa_kernel

from studio.models import classifying
from studio.models.loss import Scorer
from studio.models.pieces import Encoded
from studio.training import shards, sparing_memory
from tests.training.test_resuming import FORKS
from tests.training.together import ended_well, free_port

ALIKE = {"vocab_size": 512, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 3, "pad_token_id": 0}
HEADS = {**ALIKE, "num_attention_heads": 4, "num_key_value_heads": 2}
EXPERTS = {**HEADS, "num_experts": 4, "num_local_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32}
OWN = {"head_dim": 16}
READING = {**ALIKE, "num_attention_heads": 4, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
SHORT_NAMES = {"vocab_size": 512, "n_embd": 64, "n_layer": 3, "n_head": 4, "attn_pdrop": 0, "resid_pdrop": 0}
WRITERS = {
    "mixtral": EXPERTS,
    "gpt2": {**SHORT_NAMES, "embd_pdrop": 0},
    "qwen3_moe": EXPERTS | OWN,
    "gemma2": HEADS | OWN,
    "gemma3_text": HEADS | OWN,
    "phi3": HEADS,
    "gpt_oss": EXPERTS | OWN,
    "lfm2": HEADS,
}
READERS = {
    "deberta-v2": {**READING, "relative_attention": True, "pos_att_type": ["p2c", "c2p"], "pooler_hidden_size": 64},
    "albert": {**READING, "embedding_size": 32, "classifier_dropout_prob": 0.0},
    "modernbert": {**ALIKE, "num_attention_heads": 4},
    "electra": {**READING, "embedding_size": 32},
    "roberta": {**READING, "pad_token_id": 1},
}
SOME = ["mixtral", "gpt2", "deberta-v2"]
EVERY = [*WRITERS, *READERS]


def built(name):
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

    torch.manual_seed(0)
    kind = AutoModelForCausalLM if name in WRITERS else AutoModelForSequenceClassification
    config = AutoConfig.for_model(name, **(WRITERS | READERS)[name])
    return kind.from_config(config).float().requires_grad_(True)


def drawn():
    draw = torch.Generator().manual_seed(5)
    return [Encoded(torch.randint(3, 300, (20,), generator=draw).tolist(), [True] * 20) for _ in range(8)]


def learned(model, rows, mine, learn, ask):
    """The norm of the gradients and the loss of all rows, after each of three steps on `mine`."""
    scorer = ask(lambda: Scorer(model)) if hasattr(model, "lm_head") else None

    def loss(some):
        if scorer is not None:
            return scorer.losses(some).mean()
        found = classifying.logits(model, [row.ids for row in some])
        return torch.nn.functional.cross_entropy(found, torch.tensor([row.ids[0] % 2 for row in some]))

    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, fused=True)
    found = []
    for _ in range(3):
        model.train()
        learn(lambda: loss(mine)).backward()
        found.append(shards.number(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        model.eval()
        found.append(ask(lambda: loss(rows).item()))
    return found


def compare(number, port, names):
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=number, world_size=2)
    rows = drawn()
    with sdpa_kernel(SDPBackend.MATH):
        for name in names:
            alone = built(name)
            wanted = learned(alone, rows, rows, lambda do: do(), lambda do: do())
            for twice in (False, True):
                model = built(name)
                whole = shards.divide(model, shards.places())
                shards.warm(whole)
                if twice:
                    sparing_memory.compute_twice(model)
                found = learned(model, rows, rows[number::2], whole, lambda do, whole=whole: shards.ask(whole, do))
                assert found == pytest.approx(wanted, rel=2e-3), name


def begin(names):
    port = free_port()
    both = [FORKS.Process(target=compare, args=(number, port, names)) for number in (0, 1)]
    for one in both:
        one.start()
    ended_well(both)


def test_some_architectures():
    begin(SOME)


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("SOAK"), reason="thirteen architectures; make soak runs it")
def test_every_architecture():
    begin(EVERY)
