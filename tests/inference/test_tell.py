"""The engine of a classifier, by itself and behind the OpenAI-compatible server."""

from pathlib import Path

import pytest

from studio.data.values import Message
from studio.errors import NotFoundError, UsageError
from studio.inference import engines
from studio.inference.client import stream_chat
from studio.inference.process import ChatServers
from studio.inference.tell import Teller
from studio.jobs.spec import Source
from studio.settings import Settings
from tests.tiny_encoder import labelled
from tests.tuned import make_classifier_checkpoint


@pytest.fixture(scope="module")
def teller(tiny_encoder: Path, classifier_checkpoint: Path) -> Teller:
    engine = engines.load(tiny_encoder, {"tuned": classifier_checkpoint}, 1)
    assert isinstance(engine, Teller)
    return engine


def test_labels_of_texts_alone_and_together(teller: Teller) -> None:
    texts = [example.messages[0].content for example in labelled(80)]
    together = teller.shares("tuned", texts)
    told = [teller.labels("tuned").told(shares) for shares in together]
    assert sum(one == example.labels for one, example in zip(told, labelled(80), strict=True)) > 0.85 * 80
    for text, shares in list(zip(texts, together, strict=True))[::9]:
        assert teller.shares("tuned", [text])[0] == pytest.approx(shares, abs=1e-5)


def test_a_model_that_wrote_text_tells_labels(tiny_model: Path, tmp_path: Path) -> None:
    tuned = make_classifier_checkpoint(tiny_model, tmp_path / "job", rate=3e-3)
    engine = engines.load(tiny_model, {"tuned": tuned}, 1)
    assert isinstance(engine, Teller)
    told = [engine.labels("tuned").told(one) for one in engine.shares("tuned", ["what is a plum", "what is a hammer"])]
    assert told == [("fruit",), ("tool",)]


def test_the_base_says_the_most_frequent_label(teller: Teller) -> None:
    answer = teller.stream("base", [Message("user", "a plum")], 0, 10)
    assert "".join(answer) == teller.labels("tuned").most_frequent
    assert answer.labels[0][1] == pytest.approx(0.5, abs=0.05)


def test_only_what_the_user_said_last_is_read(teller: Teller) -> None:
    turns = [
        Message("user", "tell me about the hammer"),
        Message("assistant", "tool"),
        Message("user", "what is a plum"),
    ]
    answer = teller.stream("tuned", turns, 0.9, 1)
    assert "".join(answer) == "fruit"
    assert answer.finish_reason == "stop"
    assert [label for label, _ in answer.labels] == ["fruit", "tool"]
    assert sum(share for _, share in answer.labels) == pytest.approx(1)


def test_mistakes_are_named(teller: Teller) -> None:
    with pytest.raises(NotFoundError, match="no model called other"):
        teller.stream("other", [Message("user", "plum")], 0, 5)
    with pytest.raises(UsageError, match="no text"):
        teller.stream("tuned", [Message("user", "  ")], 0, 5)


def test_a_server_gives_the_label_and_how_likely_it_is(
    tmp_path: Path, tiny_encoder: Path, classifier_checkpoint: Path
) -> None:
    servers = ChatServers(Settings(home=tmp_path, threads=1))
    server = servers.start(Source(str(tiny_encoder), "x"), "tiny", {"tuned": classifier_checkpoint}, "fruit")
    try:
        assert server.models == ("base", "tuned")
        reply = stream_chat(server, "tuned", [Message("user", "what is a plum number 7")], 0, 40)
        assert "".join(reply) == "fruit"
        assert reply.finish_reason == "stop"
        assert reply.labels[0][0] == "fruit"
        assert reply.labels[0][1] > 0.5
    finally:
        servers.stop()
