"""A hosted job from its rows to the tuned model, against the stand-in, when all goes well."""

import json

import pytest

from studio.errors import DataError, JobError, LostSightError
from studio.hosted import openai_protocol
from studio.jobs import control
from tests.fakes.openai_world import Course
from tests.hosted.jobs import KEY, MODEL, example


def test_rows_go_up_the_job_is_made_and_the_curve_comes_back(make_job, fake):
    job = make_job()
    assert job.run() is None
    state = job.state()
    assert state.state == "finished"
    assert fake.world.paid == 1
    assert job.steps() == list(range(1, 13))
    assert state.plan.steps == 12
    assert state.plan.epochs == 3
    assert state.last_step.epoch == 3.0
    assert [event["step"] for event in job.events("validation")] == list(range(1, 13))
    assert state.remote.model.startswith(f"ft:{MODEL}:")
    assert state.kept.path == state.remote.model
    assert [one.step for one in state.checkpoints] == [4, 8, 12]
    result = state.result
    assert result["tuned_model"] == state.remote.model
    assert result["cost"] == pytest.approx(result["tokens"] / 1e6 * 3.0)
    assert {"job", "state", "method", "model", "steps", "tokens", "seconds", "best_step", "validation_loss"} <= set(
        result
    )
    assert state.sentence.startswith("Finished after 12 steps")


def test_what_goes_out_is_the_training_and_validation_rows_and_nothing_else(make_job, fake):
    job = make_job()
    job.run()
    sent = {f["filename"]: fake.world.examples(i) for i, f in fake.world.files.items() if f["purpose"] == "fine-tune"}
    assert {name.split("-")[-1] for name in sent} == {"training.jsonl", "validation.jsonl"}
    assert all(name.startswith("studio-markjob1-") for name in sent)
    rows = [row for file in sent.values() for row in file]
    assert len(rows) == 52  # the 8 test rows stay here
    assert set(rows[0]) == {"messages"}
    (made,) = fake.world.jobs.values()
    assert made.body["metadata"] == {"studio": "markjob1"}
    assert made.body["suffix"] == "markjob1"
    assert made.body["method"]["supervised"]["hyperparameters"]["n_epochs"] == "auto"


def test_the_providers_own_options_arrive(make_job, fake):
    job = make_job(options={"epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5, "seed": 3, "suffix": "desk"})
    assert job.run() is None
    (made,) = fake.world.jobs.values()
    wanted = {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5}
    assert made.body["method"] == {"type": "supervised", "supervised": {"hyperparameters": wanted}}
    assert made.body["seed"] == 3
    assert made.body["suffix"] == "desk-markjob1"
    assert job.state().plan.epochs == 2


def test_a_long_name_is_cut_and_the_mark_is_not(make_job, fake):
    job = make_job(provider="azure", mark="0123456789ab", options={"suffix": "support-desk-of-the-town"})
    assert job.run() is None
    (made,) = fake.world.jobs.values()
    assert made.body["suffix"] == "suppo-0123456789ab"


def test_preferences_go_out_in_their_own_shape(make_job, fake):
    job = make_job([example(number, preference=True) for number in range(60)], options={"beta": 0.2})
    assert job.run() is None
    (made,) = fake.world.jobs.values()
    assert made.body["method"]["dpo"]["hyperparameters"]["beta"] == 0.2
    row = fake.world.examples(made.body["training_file"])[0]
    assert set(row) == {"input", "preferred_output", "non_preferred_output"}
    assert row["non_preferred_output"] == [{"role": "assistant", "content": "No idea."}]


def test_a_provider_without_metadata_and_auto_gets_neither(make_job, fake):
    job = make_job(provider="nebius", model="meta-llama/Meta-Llama-3.1-8B-Instruct")
    assert job.run() is None
    (made,) = fake.world.jobs.values()
    assert "metadata" not in made.body
    assert made.body["method"]["supervised"]["hyperparameters"] == {"lora": True}


def test_a_large_file_goes_up_in_parts_and_goes_on_where_it_broke(make_job, fake, monkeypatch):
    monkeypatch.setattr(openai_protocol, "PART_BYTES", 2000)
    fake.script.add("reset_before", "POST", "/uploads", skip=3)
    job = make_job(provider="openai")
    assert job.run() is None
    parts = [path for method, path, _ in fake.script.seen if path.endswith("/parts")]
    sizes = [upload["bytes"] for upload in fake.world.uploads.values()]
    assert len(parts) == sum(-(-size // 2000) for size in sizes) + 1, "only the part that broke was sent twice"
    assert job.state().state == "finished"


def test_too_few_rows_or_too_dear_costs_nothing(make_job, fake):
    assert isinstance(make_job([example(n) for n in range(8)], job="few").run(), DataError)
    error = make_job(job="dear", cap=0.0001).run()
    assert isinstance(error, JobError)
    assert "limit" in error.happened
    assert fake.script.seen == []


def test_the_cap_cancels_when_the_provider_takes_more_epochs(make_job, fake):
    fake.world.course = Course(steps=400, epochs=40)
    job = make_job(cap=0.02)
    assert job.run() is None
    state = job.state()
    assert (state.state, fake.world.jobs.popitem()[1].data["status"]) == ("stopped", "cancelled")
    assert "limit" in state.sentence
    assert any("40 times" in note for note in state.notes)


def test_stop_cancels_there_and_keeps_the_checkpoints(make_job, fake):
    fake.world.course = Course(steps=90, steps_per_poll=10)
    job = make_job()
    fake.script.add("429", "GET", "/fine_tuning/jobs/ftjob", skip=3, retry_after="0")
    control_when(fake, job, "stop", looks=9)
    assert job.run() is None
    state = job.state()
    assert state.state == "stopped"
    assert state.sentence.startswith("Cancelled at 127.0.0.1, as you asked.")
    assert next(iter(fake.world.jobs.values())).data["status"] == "cancelled"
    assert [one.step for one in state.checkpoints] == [30, 60]


def test_stop_before_the_order_leaves_nothing_there(make_job, fake):
    job = make_job()
    control.request(job.folder, "stop")
    assert job.run() is None
    assert job.state().state == "stopped"
    assert "nothing is charged" in job.state().sentence
    assert fake.world.files == {}


def test_pause_and_resume(make_job, fake):
    fake.world.course = Course(steps=200, steps_per_poll=1)
    job = make_job()
    control_when(fake, job, "pause", looks=6)
    control_when(fake, job, "resume", looks=12)
    control_when(fake, job, "stop", looks=20)
    job.run()
    said = [event["status"] for event in job.events("remote")]
    assert said[said.index("paused") :] == ["paused", "running", "cancelled"]


def test_a_lost_key_leaves_the_job_to_itself_and_a_new_one_finds_it(make_job, fake):
    job = make_job()
    fake.script.add("401", "GET", "/fine_tuning/jobs/ftjob", skip=4, times=99)
    error = job.run()
    assert isinstance(error, LostSightError)
    assert job.state().state == "interrupted"
    fake.script.faults.clear()
    assert job.run("sk-another") is None
    assert job.state().state == "finished"
    assert job.steps() == list(range(1, 13))
    assert fake.world.paid == 1


def test_a_signal_ends_the_process_and_not_the_job(make_job, fake, monkeypatch):
    fake.world.course = Course(steps=5000, steps_per_poll=1)
    job = make_job()
    monkeypatch.setattr(control, "_asked_by_signal", [])
    control_when(fake, job, "signal", looks=6)
    assert isinstance(job.run(), LostSightError)
    assert next(iter(fake.world.jobs.values())).data["status"] == "running"
    assert "Follow it again" in job.state().sentence


def test_the_key_is_in_no_file_of_the_job(make_job, fake):
    job = make_job()
    fake.script.add("echo", "POST", "/fine_tuning/jobs")
    error = job.run()
    assert error is not None
    assert "***" in error.happened
    assert KEY not in str(error)
    for path in job.folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert json.loads((job.folder / "spec.json").read_text())["work"]["provider"] == "other"


def control_when(fake, job, what, looks):
    """Asks once the job has been looked at so often."""
    count = 0
    original = fake.script.take

    def take(method, path, headers):
        nonlocal count
        if method == "GET" and path.rsplit("/", 1)[-1].startswith("ftjob"):
            count += 1
            if count == looks:
                if what == "signal":
                    control.ask_this_process("stop")
                else:
                    control.request(job.folder, what)
        return original(method, path, headers)

    fake.script.take = take
