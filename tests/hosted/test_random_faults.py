"""Random sequences of faults, deaths, wrong keys and requests to stop: whatever happens, at most one job is paid for,
nothing is told twice, and in the end job and studio agree.

20 sequences in every test run; `make soak` plays 200.
"""

import os
import shutil
import tempfile
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from studio.errors import LostSightError
from studio.hosted import openai_protocol
from studio.jobs import control
from tests.fakes.openai_server import Fake, serving
from tests.fakes.openai_world import Course
from tests.hosted.jobs import KEY, Made, example, make

SEQUENCES = 200 if os.environ.get("SOAK") else 20
ENDED = ("succeeded", "failed", "cancelled")
WHERE = (
    ("POST", "/files"),
    ("GET", "/files"),
    ("POST", "/fine_tuning/jobs"),
    ("GET", "/fine_tuning/jobs"),
    ("GET", "/fine_tuning/jobs/ftjob"),
)
KINDS = (
    "429",
    "500",
    "503",
    "401",
    "404",
    "reset_before",
    "reset_after",
    "late",
    "half_upload",
    "half_lost",
    "garbage",
)


class Killed(BaseException):
    """kill -9, as far as one process can play it."""


class HostedJob(RuleBasedStateMachine):
    fake: Fake

    @initialize(
        course=st.builds(
            Course,
            steps=st.integers(1, 5),
            steps_per_poll=st.integers(1, 5),
            fail_at=st.none() | st.integers(2, 4),
            cancel_at=st.none() | st.integers(2, 4),
            strange_at=st.none() | st.just(1),
            shuffled=st.booleans(),
            repeated=st.booleans(),
            lost=st.sampled_from([(), (1,), (1, 2, 3)]),
            skew=st.sampled_from([0, -4000, 4000]),
            encoded=st.booleans(),
            empty_error=st.booleans(),
        )
    )
    def begin(self, course: Course) -> None:
        self.place = Path(tempfile.mkdtemp())
        self.fake.world.__init__()  # type: ignore[misc]
        self.fake.script.faults.clear()
        self.fake.world.course = course
        self.job: Made = make(self.fake, self.place, [example(number) for number in range(40)])
        self.stopped = False

    @rule(kind=st.sampled_from(KINDS), where=st.sampled_from(WHERE), skip=st.integers(0, 3), times=st.integers(1, 2))
    def fault(self, kind: str, where: tuple[str, str], skip: int, times: int) -> None:
        if not (kind.startswith("half") and where != ("POST", "/files")):
            self.fake.script.add(kind, *where, skip=skip, times=times, seconds=0.05, retry_after="0")

    @rule(dies_at=st.none() | st.integers(1, 12))
    def run(self, dies_at: int | None) -> None:
        if not self.over():
            self.play(KEY, dies_at)

    @rule()
    def wrong_key(self) -> None:
        if not self.over():
            self.play("wrong", None)

    @precondition(lambda self: not self.stopped)
    @rule()
    def stop(self) -> None:
        control.request(self.job.folder, "stop")
        self.stopped = True

    def over(self) -> bool:
        return self.job.state().word in ("finished", "stopped", "failed")

    def play(self, key: str, dies_at: int | None) -> None:
        """One process at work on the job, as the worker would have it."""
        send, count = httpx2.Client.send, 0

        def dying(client: httpx2.Client, *args: object, **options: object) -> httpx2.Response:
            nonlocal count
            count += 1
            try:
                return send(client, *args, **options)  # type: ignore[arg-type]
            finally:
                if count == dies_at:
                    raise Killed

        httpx2.Client.send = dying  # type: ignore[method-assign, assignment]
        try:
            error = self.job.run(key)
        except Killed:
            return
        finally:
            httpx2.Client.send = send  # type: ignore[method-assign]
        if error is not None and not isinstance(error, LostSightError):
            self.refused()

    def refused(self) -> None:
        """What the worker writes for an error that ends a job."""
        from studio.jobs.events import State
        from studio.jobs.journal import Journal

        with Journal(self.job.folder) as writer:
            writer.append(State("failed"))

    def teardown(self) -> None:
        try:
            self.agrees()
        finally:
            shutil.rmtree(self.place)

    def agrees(self) -> None:
        self.fake.script.faults.clear()
        for _ in range(3):
            if not self.over():
                self.play(KEY, None)
        state, jobs = self.job.state(), [made.data for made in self.fake.world.jobs.values()]
        assert state.state in ("finished", "stopped", "failed"), state.sentence
        assert all(job["status"] in ENDED for job in jobs), "a job goes on that nobody follows"
        assert sum(job["status"] == "succeeded" for job in jobs) <= 1, "paid twice"
        assert (state.state == "finished") == any(job["status"] == "succeeded" for job in jobs)
        assert len(self.job.steps()) == len(set(self.job.steps())), "a step was told twice"
        if state.state == "finished":
            assert sorted(self.job.steps()) == list(range(1, self.fake.world.course.steps + 1)), "a step is missing"
            assert state.remote is not None
            assert state.remote.model
        kept = [file for file in self.fake.world.files.values() if file["purpose"] == "fine-tune"]
        assert len({file["filename"] for file in kept}) == len(kept), "a file lies there twice"
        for path in self.job.folder.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.soak
def test_random_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_protocol, "ANSWER_SECONDS", 2.0)
    with serving() as fake:
        HostedJob.fake = fake
        run_state_machine_as_test(
            HostedJob,
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=5,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=not os.environ.get("SOAK"),
                database=None,
            ),
        )
