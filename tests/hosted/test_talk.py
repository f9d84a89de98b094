"""Talking to models at a provider: streamed, many at once, through faults; what it took is counted."""

import threading
import time

import pytest

from studio import hosted
from studio.data.values import Message
from studio.errors import ServiceError
from studio.hosted import talk
from studio.hosted.base import Connection, Price
from studio.hosted.talk import Reply, Used, answers
from tests.hosted.jobs import KEY, MODEL

OTHER = hosted.get("other")


@pytest.fixture
def tuned(make_job):
    job = make_job()
    assert job.run() is None
    return job.state().remote.model


@pytest.fixture
def connection(fake):
    return Connection(fake.address, {"key": KEY})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(talk, "FIRST_WAIT", 0.01)


def prompts(count):
    return [[Message("user", f"charged twice, ticket {number}")] for number in range(count)]


def test_a_tuned_model_and_its_base_answer_piece_by_piece(fake, connection, tuned):
    said = {}
    for model in (tuned, MODEL):
        reply = Reply(OTHER, connection, model, [{"role": "user", "content": "charged twice"}], 0, 50)
        pieces = list(reply)
        assert len(pieces) > 1
        said[model] = "".join(pieces)
        assert reply.used.output == len(pieces)
        assert reply.finish_reason == "stop"
    assert said[tuned] == '{"category": "billing"}'
    assert "category" not in said[MODEL]


def test_closing_ends_the_answer(fake, connection):
    reply = Reply(OTHER, connection, MODEL, [{"role": "user", "content": "hi"}], 0, 50)
    next(reply)
    reply.close()
    assert list(reply) == []


def test_many_are_asked_at_once_but_never_too_many(fake, connection, tuned):
    now, most, lock = 0, 0, threading.Lock()
    take = fake.script.take

    def watched(method, path, headers):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return take(method, path, headers)

    fake.script.take = watched
    found = {}
    for batch in answers(OTHER, connection, tuned, prompts(12), 20):
        found |= batch
    assert list(found) == list(range(12))
    assert {answer.text for answer in found.values()} == {'{"category": "billing"}'}
    assert most <= talk.AT_ONCE
    used = sum((answer.used for answer in found.values()), Used())
    assert used.dollars(Price(3, 0.3, 1.2, "", "")) == pytest.approx((used.input * 0.3 + used.output * 1.2) / 1e6)
    assert used.dollars(None) is None


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset_before", "garbage"])
def test_passing_faults_are_waited_out(fake, connection, kind):
    waits = []
    fake.script.add(kind, "POST", "/chat", times=2, retry_after="7" if kind == "429" else None)
    found = list(answers(OTHER, connection, MODEL, prompts(3), 20, waits.append))
    assert len(found) == 3
    assert waits == [7.0, 7.0] if kind == "429" else len(waits) == 2


def test_a_refusal_ends_it_with_its_words(fake, connection):
    with pytest.raises(ServiceError) as caught:
        list(answers(OTHER, connection, "ft:gone", prompts(2), 20))
    assert "no such model" in caught.value.happened
    fake.script.add("500", "POST", "/chat", times=99)
    with pytest.raises(ServiceError):
        list(Reply(OTHER, connection, MODEL, [{"role": "user", "content": "x"}], 0, 5))
    assert sum(path.endswith("/completions") for _, path, _ in fake.script.seen) <= 2 + talk.TRIES + talk.AT_ONCE
