"""Batches, schedule, cutting and the loss, each by itself."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.methods.training_options import TrainingOptions
from studio.models import loading
from studio.models.loss import Scorer
from studio.models.pieces import Encoded
from studio.training.batching import Course, course, fill
from studio.training.rows import shorten
from studio.training.schedule import rate_factor

LENGTHS = st.lists(st.integers(1, 300), min_size=1, max_size=80)


@given(LENGTHS, st.integers(64, 2048))
def test_batches_hold_every_row_once_within_the_budget(lengths, budget):
    batches = fill(lengths, budget)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= budget


@given(LENGTHS, st.integers(64, 2048), st.integers(1, 5), st.integers(1, 20), st.integers(0, 99))
def test_a_course_is_seeded_and_counted_right(lengths, budget, epochs, checks, seed):
    course = Course(tuple(lengths), budget, epochs, checks, seed)
    assert sum(len(course.batches(epoch)) for epoch in range(epochs)) == course.steps
    assert course.batches(0) == Course(tuple(lengths), budget, epochs, checks, seed).batches(0)
    assert course.steps in course.evaluations
    assert all(1 <= step <= course.steps for step in course.evaluations)


def test_few_rows_make_small_batches():
    rows = [Encoded([1] * 20, [False] * 10 + [True] * 10)] * 24
    assert course(rows, TrainingOptions(tokens_per_step=1024)).steps_per_epoch == 8
    assert course(rows * 100, TrainingOptions(tokens_per_step=1024)).steps_per_epoch == 48
    assert course(rows[:3], TrainingOptions(tokens_per_step=1024)).steps_per_epoch == 3


def test_epochs_differ_and_padding_is_little():
    course = Course(tuple(range(10, 210)), 1024, 2, 2, 1)
    assert course.batches(0) != course.batches(1)
    padded = sum(len(batch) * max(10 + row for row in batch) for batch in course.batches(0))
    assert padded < 1.1 * sum(range(10, 210))


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_the_rate_rises_then_falls_and_never_is_zero(schedule):
    rates = [rate_factor(step, 100, 0.1, schedule) for step in range(1, 101)]
    assert rates[:10] == sorted(rates[:10])
    assert max(rates) == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert min(rates) > 0
    assert rate_factor(1, 1, 0.06, schedule) == 1.0


def test_cutting_takes_the_start_and_keeps_the_answer():
    row = Encoded(list(range(20)), [False] * 12 + [True] * 8)
    assert shorten(row, 20) == row
    assert shorten(row, 10) == Encoded(list(range(10, 20)), [False] * 2 + [True] * 8)
    assert shorten(row, 5) == Encoded([11, 12, 13, 14, 15], [False] + [True] * 4)


@pytest.fixture
def rows() -> list[Encoded]:
    draw = torch.Generator().manual_seed(3)
    sizes = [5, 17, 40, 3]
    ids = [torch.randint(6, 400, (size,), generator=draw).tolist() for size in sizes]
    return [Encoded(row, [n % 3 == 0 for n in range(len(row))]) for row in ids]


def test_a_padded_batch_gives_the_losses_of_single_rows(tiny_model, rows):
    scorer = Scorer(loading.load_base(tiny_model, 1))
    together = scorer.losses(rows)
    alone = torch.cat([scorer.losses([row]) for row in rows])
    assert torch.allclose(together, alone, atol=1e-5)


def test_architectures_that_scale_their_logits_are_scored_by_their_own_forward(rows):
    from transformers import (
        Gemma2Config,
        Gemma2ForCausalLM,
        GemmaConfig,
        GemmaForCausalLM,
        GPT2Config,
        GPT2LMHeadModel,
        GraniteConfig,
        GraniteForCausalLM,
    )

    shape = {"vocab_size": 512, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    shape |= {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16}
    made = [
        GraniteForCausalLM(GraniteConfig(**shape, logits_scaling=8.0)),
        Gemma2ForCausalLM(Gemma2Config(**shape, final_logit_softcapping=0.01)),
        GemmaForCausalLM(GemmaConfig(**shape)),
        GPT2LMHeadModel(GPT2Config(vocab_size=512, n_embd=32, n_layer=1, n_head=2)),
    ]
    for model in made:
        row = rows[2]
        labels = torch.tensor([[i if t else -100 for i, t in zip(row.ids, row.trained, strict=True)]])
        with torch.inference_mode():
            wanted = model.eval()(input_ids=torch.tensor([row.ids]), labels=labels).loss
            assert torch.isclose(Scorer(model).losses([row]).mean(), wanted, atol=1e-5)
