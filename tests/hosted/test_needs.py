"""A provider that wants more than an address and a key: the page asks for it, nothing starts without it, the job has
it. No provider of ours does; this one speaks the usual protocol and notes how it was reached."""

from dataclasses import replace

import pytest

from studio import hosted
from studio.errors import UsageError
from studio.hosted.base import Need
from studio.hosted.openai_places import OTHER
from studio.session import Session
from studio.session.providers import told
from studio.settings import load
from studio.ui.app import build
from tests.hosted.jobs import KEY, MODEL, example

BUCKET = Need("bucket", "Bucket", "The store in your account that the examples go into.")
ROLE = Need("role", "Role", "What the service may act as in your account.")
GIVEN = {"bucket": "gs://tickets", "role": "tuner@example"}


@pytest.fixture
def reached(monkeypatch):
    """The connections that were made to it."""
    connections = []

    def connect(provider, connection):
        connections.append(connection)
        return OTHER.connect(provider, connection)

    place = replace(OTHER, id="bucketed", title="Bucketed", named=True, needs=(*OTHER.needs, BUCKET, ROLE))
    monkeypatch.setattr(hosted, "PROVIDERS", (*hosted.PROVIDERS, replace(place, connect=connect)))
    return connections


def test_what_is_missing_is_named(reached):
    provider = hosted.get("bucketed")
    assert told(provider, {**GIVEN, "else": "x"}) == GIVEN
    assert told(OTHER, GIVEN) == {}
    with pytest.raises(UsageError) as caught:
        told(provider, {"bucket": " b ", "role": "  "})
    assert (caught.value.field, caught.value.remedy) == ("role", ROLE.info)


def test_the_job_and_what_comes_after_it_have_what_the_provider_needs(reached, make_job, fake):
    job = make_job(provider="bucketed", more=GIVEN)
    assert job.run() is None
    assert job.state().state == "finished"
    assert [connection.more for connection in reached] == [GIVEN]


def test_the_session_asks_for_it_and_keeps_it_with_the_run(reached, fake, home, tmp_path):
    import json

    path = tmp_path / "tickets.jsonl"
    rows = ({"messages": [turn.as_dict() for turn in example(n).messages]} for n in range(60))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Session(load()) as session:
        project = session.projects.current().id
        dataset = session.datasets.add(project, path, path.name)
        session.providers.give_key("bucketed", fake.address, KEY)
        with pytest.raises(UsageError, match="Bucketed needs to know: Bucket"):
            session.hosted.start(project, dataset.id, "bucketed", MODEL, 5.0, 5.0, fake.address, 3.0)
        assert fake.script.seen == []
        session.providers.files("bucketed", fake.address, GIVEN)
        assert reached[-1].more == GIVEN


def test_the_page_draws_a_field_for_each_need_and_shows_it_with_its_provider_alone(reached, home):
    with Session(load()) as session:
        demo = build(session)
    found = {block.elem_id: block for block in demo.blocks.values()}
    for need in (BUCKET, ROLE):
        field = found[f"hosted-bucketed-{need.name}"]
        assert (field.label, field.info, field.visible) == (need.title, need.info, False)
    assert "hosted-other-key" not in found
