"""The stand-in is worth standing in: the official SDK works with it as the founding documents use it, and every
scripted fault looks on the wire as it should."""

import base64
import io
import json
import time

import openai
import pytest

from tests.fakes.openai_server import Fake, serving
from tests.fakes.openai_world import Course

MODEL = "gpt-4o-mini-2024-07-18"


@pytest.fixture
def fake():
    with serving() as running:
        yield running


@pytest.fixture
def client(fake):
    with openai.OpenAI(base_url=fake.address, api_key="sk-test", max_retries=0, timeout=10) as made:
        yield made


def jsonl(count: int = 12) -> bytes:
    rows = [
        {
            "messages": [
                {"role": "system", "content": "Classify tickets as JSON."},
                {
                    "role": "user",
                    "content": f"charged twice, order {number}" if number % 2 else f"app crashes {number}",
                },
                {"role": "assistant", "content": '{"category": "billing"}' if number % 2 else '{"category": "bug"}'},
            ]
        }
        for number in range(count)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def upload(client, content=None, name="training.jsonl"):
    return client.files.create(file=(name, io.BytesIO(content or jsonl())), purpose="fine-tune")


def finished(client, job_id):
    for _ in range(50):
        job = client.fine_tuning.jobs.retrieve(job_id)
        if job.status in ("succeeded", "failed", "cancelled"):
            return job
    raise AssertionError("the job never ended")


def test_upload_create_poll_and_chat_with_the_tuned_model(client, tmp_path):
    path = tmp_path / "training.jsonl"
    path.write_bytes(jsonl())
    with path.open("rb") as stream:
        file = client.files.create(file=stream, purpose="fine-tune")
    assert file.bytes == path.stat().st_size
    job = client.fine_tuning.jobs.create(
        training_file=file.id, model=MODEL, hyperparameters={"n_epochs": 3, "learning_rate_multiplier": 0.1}
    )
    assert job.status == "validating_files"
    job = finished(client, job.id)
    assert job.status == "succeeded"
    assert job.fine_tuned_model.startswith(f"ft:{MODEL}:")
    answer = client.chat.completions.create(
        model=job.fine_tuned_model,
        messages=[
            {"role": "system", "content": "Classify tickets as JSON."},
            {"role": "user", "content": "I was charged twice"},
        ],
    )
    assert answer.choices[0].message.content == '{"category": "billing"}'
    assert answer.usage.total_tokens > 0
    base = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "charged twice"}])
    assert "category" not in base.choices[0].message.content


def test_an_answer_can_be_streamed(client):
    job = finished(client, client.fine_tuning.jobs.create(training_file=upload(client).id, model=MODEL).id)
    pieces = client.chat.completions.create(
        model=job.fine_tuned_model,
        messages=[{"role": "user", "content": "app crashes"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(pieces)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == '{"category": "bug"}'
    assert chunks[-1].usage.completion_tokens == 2


def test_events_come_newest_first_and_in_pages(client):
    job = finished(client, client.fine_tuning.jobs.create(training_file=upload(client).id, model=MODEL).id)
    first = client.fine_tuning.jobs.list_events(job.id, limit=5)
    assert first.has_more
    assert "successfully completed" in first.data[0].message
    every = list(client.fine_tuning.jobs.list_events(job.id, limit=5))
    assert len(every) == len({event.id for event in every})
    assert every[-1].message.startswith("Created fine-tuning job")
    steps = [event.data["step"] for event in every if event.type == "metrics"]
    assert steps == list(range(12, 0, -1))


def test_checkpoints_permissions_and_the_result_file(client):
    job = finished(client, client.fine_tuning.jobs.create(training_file=upload(client).id, model=MODEL).id)
    kept = list(client.fine_tuning.jobs.checkpoints.list(job.id))
    assert [c.step_number for c in kept] == [12, 8, 4]
    assert kept[-1].fine_tuned_model_checkpoint.endswith("ckpt-step-4")
    text = base64.b64decode(client.files.content(job.result_files[0]).read()).decode()
    assert text.splitlines()[0].startswith("step,train_loss")
    assert len(text.splitlines()) == 13
    given = client.post(
        "/fine_tuning/checkpoints/x/permissions", body={"project_ids": ["p"]}, cast_to=dict[str, object]
    )
    assert given["data"][0]["project_id"] == "p"


def test_jobs_are_found_by_metadata_and_can_be_stopped(client, fake):
    fake.world.course = Course(steps=100)
    for number in range(3):
        client.fine_tuning.jobs.create(
            training_file=upload(client).id, model=MODEL, metadata={"studio_job": str(number)}, suffix=f"s{number}"
        )
    found = list(client.fine_tuning.jobs.list(metadata={"studio_job": "1"}))
    assert len(found) == 1
    job = found[0].id
    for _ in range(3):
        client.fine_tuning.jobs.retrieve(job)
    assert client.fine_tuning.jobs.pause(job).status == "paused"
    assert client.fine_tuning.jobs.resume(job).status == "running"
    assert client.fine_tuning.jobs.cancel(job).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        client.fine_tuning.jobs.cancel(job)


def test_a_large_file_goes_up_in_parts(client):
    content = jsonl(400)
    made = client.uploads.create(bytes=len(content), filename="t.jsonl", mime_type="text/jsonl", purpose="fine-tune")
    half = len(content) // 2
    parts = [client.uploads.parts.create(made.id, data=piece).id for piece in (content[:half], content[half:])]
    with pytest.raises(openai.BadRequestError):
        client.uploads.complete(made.id, part_ids=parts[:1])
    done = client.uploads.complete(made.id, part_ids=parts)
    assert client.files.content(done.file.id).read() == content
    client.files.delete(done.file.id)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(done.file.id)


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("401", openai.AuthenticationError, "invalid_api_key"),
        ("403", openai.PermissionDeniedError, "training_not_available"),
        ("404", openai.NotFoundError, "not_found"),
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("500", openai.InternalServerError, None),
        ("hang", openai.APIConnectionError, None),
        ("reset_before", openai.APIConnectionError, None),
    ],
)
def test_a_fault_happens_once_and_then_all_is_well(client, fake, kind, error, code):
    file = upload(client)
    fake.script.add(kind, "POST", "/fine_tuning/jobs", retry_after="7" if kind == "429" else None)
    with pytest.raises(error) as caught:
        client.fine_tuning.jobs.create(training_file=file.id, model=MODEL)
    assert caught.value.code == code
    if kind == "429":
        assert caught.value.response.headers["retry-after"] == "7"
    assert fake.world.paid == 0
    client.fine_tuning.jobs.create(training_file=file.id, model=MODEL)
    assert fake.world.paid == 1


@pytest.mark.parametrize(("kind", "seconds"), [("reset_after", 0), ("late", 0.2)])
def test_work_that_was_done_although_the_answer_was_lost(client, fake, kind, seconds):
    file = upload(client)
    fake.script.add(kind, "POST", "/fine_tuning/jobs", seconds=seconds)
    with pytest.raises(openai.APIConnectionError):
        client.fine_tuning.jobs.create(training_file=file.id, model=MODEL)
    for _ in range(100):
        if fake.world.paid == 1:
            return
        time.sleep(0.02)
    raise AssertionError("the job was not made")


def test_half_an_upload_is_kept_or_lost(client, fake):
    for kind in ("half_lost", "half_upload"):
        fake.script.add(kind, "POST", "/files")
        with pytest.raises(openai.APIConnectionError):
            upload(client)
    (kept,) = client.files.list().data
    assert kept.filename == "training.jsonl"
    assert 0 < kept.bytes < len(jsonl())


def test_a_bad_training_file_fails_in_validation_with_the_services_words(client):
    for content, code in ((jsonl(3), "invalid_n_examples"), (b"not json\n" * 12, "invalid_training_file")):
        job = client.fine_tuning.jobs.create(training_file=upload(client, content).id, model=MODEL)
        job = finished(client, job.id)
        assert (job.status, job.error.code) == ("failed", code)


def test_courses_that_go_wrong(client, fake: Fake):
    file = upload(client).id

    def run(**course):
        fake.world.course = Course(**course)
        return finished(client, client.fine_tuning.jobs.create(training_file=file, model=MODEL).id)

    assert run(fail_at=5).error.message == "The job failed due to an internal error."
    assert run(cancel_at=5).status == "cancelled"
    assert run(empty_error=True).error.to_dict() == {}
    assert abs(run(skew=-90_000).created_at - time.time()) > 80_000
    plain = run(encoded=False)
    assert client.files.content(plain.result_files[0]).read().startswith(b"step,")
    fake.world.course = Course(strange_at=3)
    job = client.fine_tuning.jobs.create(training_file=file, model=MODEL).id
    assert "waiting_for_capacity" in [client.fine_tuning.jobs.retrieve(job).status for _ in range(6)]


def test_it_wants_a_key(fake):
    with (
        openai.OpenAI(base_url=fake.address, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.models.list()
