"""Greedy answers to many prompts, against transformers' own generate, for several kinds of attention."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from studio.inference import desk, greedy
from studio.inference.families import families

SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 64}
END = list(range(12))
ROOM = 16
KINDS = {
    "llama": SIZE | {"intermediate_size": 48, "num_key_value_heads": 2},
    "qwen3": SIZE | {"intermediate_size": 48, "num_key_value_heads": 1, "head_dim": 8},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 64, "n_positions": 256},
    "gemma2": SIZE | {"intermediate_size": 48, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 16},
    "bloom": {"hidden_size": 32, "n_layer": 2, "n_head": 4, "vocab_size": 64},
}
LED = {"llama", "qwen3", "gpt2"}


@pytest.fixture(scope="module", params=KINDS)
def network(request: pytest.FixtureRequest) -> Iterator[Any]:
    from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

    torch.manual_seed(5)
    config = AutoConfig.for_model(request.param, **KINDS[request.param], initializer_range=0.3)
    made = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval().requires_grad_(False)
    made.generation_config = GenerationConfig(eos_token_id=END, pad_token_id=0)
    made.kind = request.param
    with torch.inference_mode():
        yield made


def prompts(count: int, begins: int) -> list[list[int]]:
    drawn = torch.Generator().manual_seed(7)

    def ids(length: int) -> list[int]:
        return torch.randint(12, 64, (length,), generator=drawn).tolist()

    first = ids(begins)
    return [first + ids(1 + 7 * n % 23) for n in range(count)]


def one_at_a_time(network: Any, rows: list[list[int]]) -> list[list[int]]:
    found = []
    for row in rows:
        ids = torch.tensor([row])
        told = network.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=ROOM, do_sample=False
        )
        new = told[0, len(row) :].tolist()
        found.append(next((new[:n] for n, token in enumerate(new) if token in END), new))
    return found


@pytest.mark.parametrize("begins", [0, 20])
def test_answers_are_those_of_generate_whatever_the_batch(
    network: Any, begins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Few places and short readings, so that rows end, move and are followed by others.
    monkeypatch.setattr(desk, "MOST_ROWS", 4)
    monkeypatch.setattr(desk, "READ_TOKENS", 24)
    rows = prompts(11, begins)
    alone = one_at_a_time(network, rows)
    assert network.kind not in LED or len({len(answer) for answer in alone}) > 2, "rows end at different times"
    beginning = greedy.shared(network, rows)
    assert beginning.length >= begins or network.kind not in LED
    told = list(greedy.answers(network, rows, [ROOM] * len(rows), END, 0))
    found = {row: ids for some in told for row, ids in some.items()}
    assert [found[row] for row in range(len(rows))] == alone


def test_answers_are_the_same_where_some_rows_begin_differently(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.inference.families.LEAST_SAVED", 40)
    rows = [*prompts(5, 20), *prompts(3, 0)]
    assert len(families(rows)) == 2
    found = greedy.answer(network, rows, [ROOM] * len(rows), END, 0)
    assert found == one_at_a_time(network, rows)


def test_only_models_that_can_be_led_are(network: Any) -> None:
    assert greedy.plain(network) == (network.kind in LED)


def test_very_different_lengths_are_parted_so_that_places_are_not_wasted() -> None:
    lengths = [3000, *[50] * 500]
    parts = list(greedy.batches(lengths, 40, refilled=True))
    assert parts[0] == [0]
    assert len(parts) == 2
