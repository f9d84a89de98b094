"""Every fault that the stand-in can play: the right words, the right state, never a second paid job, no number lost."""

import httpx2
import pytest

from studio.errors import LostSightError, ServiceError
from studio.hosted import openai_protocol
from tests.fakes.openai_world import Course
from tests.hosted.jobs import KEY

EVERY = list(range(1, 13))
CREATE = ("POST", "/fine_tuning/jobs")
UPLOAD = ("POST", "/files")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Silence is given up after half a second, so that a test of it is short."""
    monkeypatch.setattr(openai_protocol, "ANSWER_SECONDS", 0.5)


def whole(job, fake):
    """The job ended well, was paid once, and nothing it measured is missing or told twice."""
    assert job.state().state == "finished"
    assert fake.world.paid == 1
    assert job.steps() == EVERY
    assert [event["step"] for event in job.events("validation")] == EVERY
    notes = [event["text"] for event in job.events("note")]
    assert len(notes) == len(set(notes))


@pytest.mark.parametrize(
    "fault",
    [
        ("429", *CREATE, {"retry_after": "0"}),
        ("429", *CREATE, {}),
        ("500", *CREATE, {"times": 2}),
        ("503", *UPLOAD, {}),
        ("hang", *CREATE, {"seconds": 0.8}),
        ("reset_before", *CREATE, {}),
        ("reset_after", *CREATE, {}),
        ("reset_after", *UPLOAD, {}),
        ("late", *CREATE, {"seconds": 0.15}),
        ("half_upload", *UPLOAD, {}),
        ("half_lost", *UPLOAD, {"skip": 1}),
        ("garbage", *CREATE, {}),
    ],
    ids=lambda fault: f"{fault[0]}{fault[2].replace('/', '-')}",
)
def test_a_passing_fault_of_a_paid_step_is_waited_out_and_paid_once(make_job, fake, fault):
    kind, method, path, more = fault
    fake.script.add(kind, method, path, **more)
    job = make_job()
    assert job.run() is None
    whole(job, fake)
    files = [file for file in fake.world.files.values() if file["purpose"] == "fine-tune"]
    assert len(files) == 2, "a file was left twice or in half"


@pytest.mark.parametrize("kind", ["429", "500", "reset_before", "garbage", "404"])
@pytest.mark.parametrize("path", ["/fine_tuning/jobs/ftjob", "/files/file"])
def test_a_passing_fault_while_following_loses_nothing(make_job, fake, kind, path):
    fake.script.add(kind, "GET", path, times=2, skip=1 if path.startswith("/fine") else 0)
    job = make_job()
    assert job.run() is None
    whole(job, fake)


@pytest.mark.parametrize(
    ("kind", "words", "remedy"),
    [
        ("401", "does not accept the key", "Give the key again"),
        ("403", "no longer takes tuning jobs from this organisation", "or tune a model on this machine"),
        ("402", "no credit left", "nothing was charged"),
        ("400", "Invalid value for hyperparameters", "Change what it names"),
        ("404", "knows no such thing", "Check the address"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing_there(make_job, fake, kind, words, remedy):
    fake.script.add(kind, *CREATE)
    job = make_job()
    error = job.run()
    assert isinstance(error, ServiceError)
    assert words in error.happened
    assert remedy in error.remedy
    assert fake.world.paid == 0
    assert fake.world.files == {}, "what was uploaded for nothing stays there"


def test_a_service_that_never_recovers_is_given_up_unpaid(make_job, fake):
    fake.script.add("500", *CREATE, times=99)
    error = make_job().run()
    assert isinstance(error, ServiceError)
    assert "fault of its own" in error.happened
    assert fake.world.paid == 0


def test_when_nobody_can_say_whether_it_was_ordered_it_is_not_ordered_again(make_job, fake):
    fake.script.add("reset_after", *CREATE)
    fake.script.add("500", "GET", "/fine_tuning/jobs", times=99)
    job = make_job()
    assert isinstance(job.run(), LostSightError)
    assert job.state().state == "interrupted"
    assert "not known" in job.state().sentence
    assert len(orders(fake)) == 1
    fake.script.faults.clear()
    assert job.run() is None
    whole(job, fake)
    assert len(orders(fake)) == 1


def test_an_order_that_is_carried_out_very_late_is_cancelled(make_job, fake):
    fake.world.course = Course(steps=60, steps_per_poll=2)
    fake.script.add("late", *CREATE, seconds=0.6)
    job = make_job()
    assert job.run() is None
    states = sorted(made.data["status"] for made in fake.world.jobs.values())
    assert states == ["cancelled", "succeeded"]
    assert any("made the job twice" in note for note in job.state().notes)


@pytest.mark.parametrize(
    ("count", "code"), [(4, "invalid_n_examples"), (60, "invalid_training_file")], ids=["few", "format"]
)
def test_what_the_services_own_check_says_is_quoted(make_job, fake, monkeypatch, count, code):
    monkeypatch.setattr(fake.world, "fault_in", lambda file: (code, f"the words of {code}"))
    job = make_job()
    assert job.run() is None
    state = job.state()
    assert state.state == "failed"
    assert f"“the words of {code}”" in state.sentence
    assert "then start again" in state.sentence


def test_a_job_that_fails_in_mid_run_keeps_what_it_told(make_job, fake):
    fake.world.course = Course(fail_at=7)
    job = make_job()
    assert job.run() is None
    assert job.state().state == "failed"
    assert "internal error" in job.state().sentence
    assert job.steps() == EVERY[:7]


def test_a_job_that_fails_without_a_reason(make_job, fake):
    fake.world.course = Course(fail_at=3, failure=("", ""))
    job = make_job()
    job.run()
    assert "It gives no reason" in job.state().sentence


def test_cancelled_from_outside(make_job, fake):
    fake.world.course = Course(cancel_at=7)
    job = make_job()
    assert job.run() is None
    state = job.state()
    assert state.state == "stopped"
    assert state.sentence.startswith("Somebody cancelled the job at 127.0.0.1 itself.")
    assert "until step 4 is kept" in state.sentence
    assert job.steps() == EVERY[:7]


def test_a_job_that_somebody_deleted(make_job, fake):
    fake.script.add("404", "GET", "/fine_tuning/jobs/ftjob", times=99, skip=2)
    job = make_job()
    assert job.run() is None
    assert job.state().state == "failed"
    assert "no such job any more" in job.state().sentence


def test_an_unknown_status_is_shown_and_watched(make_job, fake):
    fake.world.course = Course(strange_at=3)
    job = make_job()
    assert job.run() is None
    whole(job, fake)
    said = [event["sentence"] for event in job.events("remote") if event["status"] == "unknown"]
    assert len(said) == 1
    assert "“waiting_for_capacity”, a word this studio does not know" in said[0]


@pytest.mark.parametrize(
    "course",
    [
        Course(shuffled=True, repeated=True),
        Course(lost=(2, 5, 12)),
        Course(lost=tuple(EVERY), encoded=False),
        Course(skew=-86_400),
        Course(skew=86_400),
        Course(empty_error=True),
    ],
    ids=["out-of-order-and-twice", "lost", "in-the-file-alone", "slow-clock", "fast-clock", "empty-error"],
)
def test_no_number_is_lost_or_told_twice(make_job, fake, course):
    fake.world.course = course
    job = make_job()
    assert job.run() is None
    assert fake.world.paid == 1
    assert job.state().state == "finished"
    assert sorted(job.steps()) == EVERY
    assert sorted(event["step"] for event in job.events("validation")) == EVERY
    assert job.state().last_step.step == 12
    assert all(0 <= event["seconds_left"] < 600 for event in job.events("step"))


def test_the_key_does_not_follow_a_redirect(make_job, fake):
    from tests.fakes.openai_server import serving

    with serving() as elsewhere:
        fake.script.add("redirect", *CREATE, target=f"{elsewhere.address}/fine_tuning/jobs")
        error = make_job().run()
        assert "points to another address" in error.happened
        assert elsewhere.script.seen == []
    client = openai_protocol.addresses.http_client(fake.address, KEY, True, 1)
    with pytest.raises(httpx2.UnsupportedProtocol):
        client.get("http://127.0.0.1:1/v1/models")


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_killed_at_any_of_its_requests_it_goes_on_and_pays_once(make_job, fake, monkeypatch, dies_at):
    """The process dies when it has sent its n-th request, whose work is done there; started again it goes on."""
    send, count = httpx2.Client.send, 0

    def dying(self, *args, **options):
        nonlocal count
        answer = send(self, *args, **options)
        count += 1
        if count == dies_at:
            raise KeyboardInterrupt
        return answer

    job = make_job()
    with monkeypatch.context() as patched:
        patched.setattr(httpx2.Client, "send", dying)
        with pytest.raises(KeyboardInterrupt):
            job.run()
    assert job.run() is None
    whole(job, fake)
    assert len([file for file in fake.world.files.values() if file["purpose"] == "fine-tune"]) == 2


def orders(fake):
    return [1 for method, path, _ in fake.script.seen if (method, path) == ("POST", "/v1/fine_tuning/jobs")]
