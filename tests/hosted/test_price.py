"""What it will cost and how that is counted."""

import hashlib

import pytest

from studio.hosted import price, tokens
from studio.hosted.tokens import Count
from tests.hosted.jobs import example


@pytest.mark.parametrize(
    ("rows", "epochs"), [(1, 25), (10, 10), (33, 3), (34, 3), (240, 3), (8333, 3), (8334, 2), (20_000, 1), (90_000, 1)]
)
def test_epochs_by_the_providers_rule(rows, epochs):
    assert price.epochs_by_rule(rows) == epochs


def test_the_price_is_tokens_times_epochs_times_price():
    quote = price.Quote(Count(1_000_000, True), 3, True, 3.0, "2026-04")
    assert (quote.tokens, quote.dollars) == (3_000_000, 9.0)
    assert price.Quote(Count(10, True), 3, True, None, "").dollars is None
    assert price.dollars(9.0) == "9.00 US dollars"
    assert price.dollars(0.001) == "less than 0.01 US dollars"
    assert price.dollars(0) == "0.00 US dollars"


def test_time_is_known_from_earlier_jobs_alone():
    assert price.expected_seconds(1000, []) is None
    assert price.expected_seconds(2_000_000, [(1_000_000, 600.0), (3_000_000, 1800.0)]) == 1200.0
    assert price.expected_seconds(10, [(1_000_000, 600.0)]) == 600.0


def test_without_the_vocabulary_it_is_an_estimate_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    found = tokens.count([example(1)], "supervised", "o200k_base")
    assert not found.exact
    assert "not on this machine" in found.why
    texts = ["system", "Classify tickets as JSON.", "user", "charged twice, ticket 1", "assistant"]
    texts.append('{"category": "billing"}')
    assert found.tokens == 3 + 3 * 3 + sum(-(-len(text) // 4) for text in texts)
    assert "not public" in tokens.count([example(1)], "supervised", "").why
    twice = tokens.count([example(1, preference=True)], "dpo", "")
    assert found.tokens < twice.tokens < 2 * found.tokens


def test_a_model_that_is_not_in_the_register_may_still_have_a_known_vocabulary():
    assert tokens.encoding_of("gpt-4o-mini-2024-07-18") == "o200k_base"
    assert tokens.encoding_of("meta-llama/Meta-Llama-3.1-8B-Instruct") == ""


def test_with_the_vocabulary_it_is_exact(monkeypatch, tmp_path):
    import tiktoken

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    name = hashlib.sha1(tokens.VOCABULARIES.format(name="o200k_base").encode()).hexdigest()
    (tmp_path / name).touch()
    bytewise = tiktoken.Encoding(
        "bytes", pat_str=r"[\s\S]", mergeable_ranks={bytes([n]): n for n in range(256)}, special_tokens={}
    )
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: bytewise)
    found = tokens.count([example(1)], "supervised", "o200k_base")
    assert (found.exact, found.why) == (True, "")
    assert found.tokens == 3 + 3 * 3 + sum(len(turn.role) + len(turn.content) for turn in example(1).messages)


def test_a_vocabulary_that_cannot_be_got_is_done_without(monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tokens, "VOCABULARIES", "http://127.0.0.1:1/{name}")
    assert not tokens.count([example(1)], "supervised", "o200k_base", fetch=True).exact
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
