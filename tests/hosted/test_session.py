"""Hosted runs through the session, with real job processes: price, consent, restart after a kill, files left there, and
a key that is nowhere to be found."""

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from studio import models
from studio.errors import JobError, NotFoundError, UsageError
from studio.jobs import process
from studio.session import Session
from studio.settings import load
from tests.fakes.openai_world import Course
from tests.hosted.jobs import KEY, MODEL, example


@pytest.fixture
def session(home):
    with Session(load()) as opened:
        yield opened
        for folder in (home / "jobs").glob("*"):
            if (identity := process.read(folder)) is not None:
                process.end(identity, 0.1)


@pytest.fixture
def dataset(session, tmp_path):
    path = tmp_path / "tickets.jsonl"
    rows = ({"messages": [turn.as_dict() for turn in example(n).messages]} for n in range(60))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return session.datasets.add(session.projects.current().id, path, path.name)


def offer(session, dataset, fake, **more):
    given = {"provider_id": "other", "model": MODEL, "address": fake.address, "per_million": 3.0} | more
    return session.hosted.offer(dataset.project, dataset.id, **given)


def start(session, dataset, fake, **more):
    amount = offer(session, dataset, fake).quote.dollars
    given = {"provider_id": "other", "model": MODEL, "address": fake.address, "per_million": 3.0}
    given |= {"confirmed": amount, "cap": 2 * amount} | more
    return session.hosted.start(dataset.project, dataset.id, **given)


def until(holds, seconds=240):
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return value


def test_an_offer_names_price_and_everything_in_the_way(session, dataset, fake):
    found = offer(session, dataset, fake)
    assert found.ready
    assert (found.rows, found.validation_rows, found.quote.epochs) == (44, 8, 3)
    assert found.quote.dollars == pytest.approx(found.quote.tokens * 3e-6)
    assert not offer(session, dataset, fake, per_million=None).ready
    registered = session.hosted.offer(dataset.project, dataset.id, "openai", MODEL)
    assert (registered.quote.per_million, registered.quote.as_of) == (3.0, "2026-05")
    unnamed = session.hosted.offer(dataset.project, dataset.id, "openai", "gpt-4.1-mini-2025-04-14")
    assert (unnamed.quote.dollars, unnamed.ready) == (None, False), "no source names this price, so the user is asked"
    with pytest.raises(UsageError):
        offer(session, dataset, fake, address="http://api.example.org")
    assert fake.script.seen == [], "a price is told without asking anybody"


def test_nothing_starts_without_key_and_consent_to_the_amount(session, dataset, fake):
    with pytest.raises(UsageError, match="no key"):
        start(session, dataset, fake)
    session.providers.give_key("other", fake.address, KEY)
    with pytest.raises(JobError, match="Look at the price again"):
        start(session, dataset, fake, confirmed=0.0001)
    with pytest.raises(JobError, match="limit"):
        start(session, dataset, fake, cap=0.0001)
    assert fake.script.seen == []


def test_a_run_survives_the_death_of_its_process_and_its_studio(session, dataset, fake, home):
    fake.world.course = Course(steps=3000, steps_per_poll=1)
    session.providers.give_key("other", fake.address, KEY)
    run = start(session, dataset, fake)
    assert session.device().holder is None, "a job elsewhere keeps nobody from this machine"
    until(lambda: session.runs.get(run.id).state.last_step)
    os.kill(process.read(run.folder).pid, signal.SIGKILL)
    state = until(lambda: (s := session.runs.get(run.id).state).state == "interrupted" and s)
    assert "goes on at 127.0.0.1" in state.sentence
    with pytest.raises(JobError, match="goes on"):
        session.runs.delete(run.id)
    with Session(load()) as later:
        assert later.hosted.reattach() == [], "its key went with the studio's memory"
        with pytest.raises(UsageError, match="no key"):
            later.hosted.follow(run.id)
        fake.world.course.steps = 40
        job = next(iter(fake.world.jobs.values()))
        job.course.steps = max(job.step + 5, 10)
        later.hosted.follow(run.id, KEY)
        with pytest.raises(JobError):
            later.hosted.follow(run.id)
        state = later.runs.wait(run.id, lambda event: None)
    assert state.state == "finished"
    assert fake.world.paid == 1
    steps = [event["step"] for event in session.runs.events(run.id, "0").events if event["type"] == "step"]
    assert sorted(steps) == list(range(1, job.step + 1))


def test_a_studio_that_has_the_key_takes_its_runs_up_again_by_itself(session, dataset, fake, home, tmp_path):
    fake.world.course = Course(steps=3000, steps_per_poll=1)
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({fake.address: KEY}))
    with Session(load(hosted_keys=str(file))) as first:
        run = start(first, dataset, fake)
        until(lambda: first.runs.get(run.id).state.last_step)
        os.kill(process.read(run.folder).pid, signal.SIGKILL)
        until(lambda: first.runs.get(run.id).state.state == "interrupted")
    with Session(load(hosted_keys=str(file))) as second:
        assert [one.id for one in second.hosted.reattach()] == [run.id]
        assert second.hosted.reattach() == []
        second.runs.stop(run.id)
        assert second.runs.wait(run.id, lambda event: None).state == "stopped"
    assert next(iter(fake.world.jobs.values())).data["status"] == "cancelled"


def test_a_run_whose_key_is_gone_for_good_can_be_given_up(session, dataset, fake):
    fake.world.course = Course(steps=3000, steps_per_poll=1)
    session.providers.give_key("other", fake.address, KEY)
    run = start(session, dataset, fake)
    with pytest.raises(JobError, match="is not left alone"):
        session.hosted.give_up(run.id)
    until(lambda: session.runs.get(run.id).state.remote)
    os.kill(process.read(run.folder).pid, signal.SIGKILL)
    until(lambda: session.runs.get(run.id).state.state == "interrupted")
    with pytest.raises(JobError, match="gives it up"):
        session.runs.delete(run.id)
    session.hosted.give_up(run.id)
    assert session.runs.list() == []
    assert not run.folder.exists()


def test_a_studio_that_serves_others_reaches_nothing_inside(home):
    for settings in (load(space="1"), load(host="0.0.0.0", password="x")):
        with Session(settings, "anna") as shared:
            assert not shared.providers.can_keep()
            for address in ("http://127.0.0.1:8199/v1", "https://10.0.0.1/v1", "https://169.254.169.254/latest"):
                with pytest.raises(UsageError):
                    shared.providers.give_key("other", address, KEY)


def test_what_lies_there_is_listed_and_deleted(session, dataset, fake):
    session.providers.give_key("other", fake.address, KEY)
    run = start(session, dataset, fake)
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    stranger = fake.world.add_file("private.jsonl", b"x", "fine-tune")["id"]
    files = session.providers.files("other", fake.address)
    assert {file.name.rsplit("-", 1)[-1] for file in files} == {"training.jsonl", "validation.jsonl"}
    with pytest.raises(NotFoundError):
        session.providers.delete_file("other", fake.address, stranger)
    for file in files:
        session.providers.delete_file("other", fake.address, file.id)
    assert session.providers.files("other", fake.address) == []
    session.hosted.delete_model(run.id)
    again = offer(session, dataset, fake)
    assert again.quote.seconds is not None, "the time of the first run tells about the next"


def test_the_key_is_nowhere(session, dataset, fake, home, tmp_path):
    """Home folder, logs, command lines and environments of every process of ours, events, exceptions."""
    canary = "sk-CANARY-c0ffee-deadbeef"
    fake.world.course = Course(steps=3000, steps_per_poll=1)
    fake.script.add("echo", "GET", "/fine_tuning/jobs/ftjob", skip=2)
    session.providers.give_key("other", fake.address, canary)
    assert canary not in repr(vars(session.providers))
    run = start(session, dataset, fake)
    # The provider says the key aloud in an error, which leaves the run to itself; it is followed again.
    until(lambda: session.runs.get(run.id).state.state == "interrupted")
    assert "***" in session.runs.get(run.id).state.sentence
    session.hosted.follow(run.id)
    until(lambda: session.runs.get(run.id).state.last_step)
    assert f"Bearer {canary}" in fake.keys_seen()
    for one in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        for name in ("cmdline", "environ"):
            assert canary.encode() not in Path(f"/proc/{one.pid}/{name}").read_bytes(), (one, name)
    session.runs.stop(run.id)
    assert session.runs.wait(run.id, lambda event: None).state == "stopped"
    for path in home.rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path
    fake.script.add("echo", "GET", "/files")
    with pytest.raises(Exception, match="refused") as caught:
        session.providers.files("other", fake.address)
    import traceback

    assert canary not in "".join(traceback.format_exception(caught.value))


def test_a_hosted_model_is_compared_with_the_base_of_this_machine_or_its_own(
    session, dataset, fake, tiny_model, monkeypatch
):
    monkeypatch.setattr("studio.models.resolve", lambda reference: models.inspect(tiny_model, name="tiny"))
    session.providers.give_key("other", fake.address, KEY)
    run = start(session, dataset, fake)
    assert session.runs.wait(run.id, lambda event: None).state == "finished"
    names = [voice.id for voice in session.chats.voices(run.id)]
    assert (names[:2], names[-1]) == (["here", "base"], "tuned")
    assert len(names) == 5, "both checkpoints can be talked to"
    for base in ("here", "base"):
        evaluation = session.evaluations.start(run.id, base=base)
        state = session.runs.wait(evaluation.id, lambda event: None)
        assert state.state == "finished", state.sentence
        card = session.evaluations.scorecard(evaluation.id)
        assert (card.rows, card.verdict) == (8, "better")
        by_name = {candidate.name: candidate.metrics for candidate in card.candidates}
        assert by_name["tuned"]["exact_match"] == 1.0
        assert by_name["base"]["exact_match"] == 0.0
        assert "loss" not in by_name["tuned"]
        assert any("read" in note and "tokens" in note for note in state.notes)
    asked = {row.answers["base"] for row in card.details}
    assert asked == {"I would be happy to help with that. Could you tell me a little more?"}
    talk = session.chats.talk(run.id, base="base")
    assert (
        "".join(talk.stream("tuned", [{"role": "user", "content": "charged twice"}], 0, 50))
        == '{"category": "billing"}'
    )
    assert talk.cost() is None, "this model has no known price"
