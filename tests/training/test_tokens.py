"""Tokens are made once for the same rows, tokenizer and options; with and without the kept ones all is the same."""

import shutil
from dataclasses import replace

import pytest

from studio import methods
from studio.training import body, tokens
from studio.training.tokens import FILES, Shelf
from tests.tiny import chat_rows
from tests.training.test_resuming import complete, rows_of, weights

QUICK = {"epochs": 2, "tokens_per_step": 256}


def prepared(spec, kept, **options):
    info, training, validation = body.verified(spec.work)
    method = methods.get(spec.work.method)
    chosen = methods.validate(method.id, spec.work.options | options, info)
    ready = body.PREPARE[method.teaches](info, method, chosen, training, validation, kept)
    return ready.rows, ready.held, ready.cut, ready.notes, ready.tokens, ready.trained_tokens


def never(*_):
    raise AssertionError("made again")


@pytest.mark.parametrize("method", ["lora", "classifier", "preference"])
def test_what_is_kept_is_what_would_be_made(make_job, tiny_model, tiny_encoder, monkeypatch, method):
    base = tiny_encoder if method == "classifier" else tiny_model
    _, spec = make_job(rows_of(method), base, method, **QUICK, max_length=24)
    shelf = Shelf.of(spec.work)
    made = prepared(spec, tokens.unkept)
    assert prepared(spec, shelf.tokens) == made
    for module in ("preparing", "pairs"):
        monkeypatch.setattr(f"studio.training.{module}.tokenise", never)
    monkeypatch.setattr("studio.models.classifying.tokens", never)
    found = prepared(spec, shelf.tokens)
    assert found == made
    if method == "lora":
        assert [row.lost_before for row in found[0]] == [row.lost_before for row in made[0]]


def test_a_file_that_is_torn_changed_or_of_other_rows_is_made_again(make_job, monkeypatch):
    _, spec = make_job(**QUICK)
    shelf = Shelf.of(spec.work)
    made = prepared(spec, shelf.tokens)
    for path in sorted(shelf.folder.iterdir()):
        whole = path.read_bytes()
        for size in (0, 4, len(whole) // 3, len(whole) - 1):
            path.write_bytes(whole[:size])
            assert prepared(spec, shelf.tokens) == made
        path.write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
        assert prepared(spec, shelf.tokens) == made
    monkeypatch.setattr("studio.training.preparing.tokenise", never)
    assert prepared(spec, shelf.tokens) == made
    for other, options in (
        (replace(shelf, split="0"), {}),
        (shelf, {"max_length": 20}),
        (shelf, {"learn_from": "everything"}),
    ):
        with pytest.raises(AssertionError, match="made again"):
            prepared(spec, other.tokens, **options)


def test_a_few_are_kept_and_a_large_one_is_not(make_job, monkeypatch):
    _, spec = make_job(**QUICK)
    shelf = Shelf.of(spec.work)
    for limit in range(20, 32):
        prepared(spec, shelf.tokens, max_length=limit)
    left = sorted(path.name for path in shelf.folder.iterdir())
    assert len(left) == FILES
    assert left[-1].startswith("000024-")
    monkeypatch.setattr(tokens, "MOST_BYTES", 100)
    prepared(spec, shelf.tokens, max_length=40)
    assert sorted(path.name for path in shelf.folder.iterdir()) == left


def test_a_training_that_finds_them_ends_with_the_same_weights(make_job):
    folder, spec = make_job(chat_rows(60), **QUICK)
    again = folder.parent / "again"
    shutil.copytree(folder, again)
    complete(folder)
    assert len(list(Shelf.of(spec.work).folder.iterdir())) == 2
    complete(again)
    assert weights(again) == weights(folder)
