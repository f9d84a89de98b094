"""The fold: what state a job is in, and what it says about itself."""

import math

import pytest

from studio.jobs.events import Checkpoint, Failure, Note, Plan, Progress, Result, State, Step, Validation
from studio.jobs.sentences import duration
from studio.jobs.state import JobState, fold

PLAN = Plan(120, 3, 40, 12000, 4000, 40, 5, 0, 1000, 10, "cpu")


def lines(*events):
    return [{"v": 1, "seq": n, "time": 100.0 + n, "type": e.type, **e.fields()} for n, e in enumerate(events, 1)]


def step(number, left=80.0):
    return Step(number, number / 40, 1.5, 1e-3, 10, 5.0, 75.0, left, 1)


def test_before_and_at_the_start():
    assert fold([], None, None).state == "waiting"
    assert fold([], None, True).state == "preparing"
    assert fold(lines(State("preparing")), None, True).sentence == "Getting ready."
    assert fold([], None, False).state == "interrupted"


def test_running_says_the_epoch_and_the_time_left():
    job = fold(lines(State("preparing"), PLAN, State("running"), step(44)), None, True)
    assert job.state == "running"
    assert job.sentence == "Epoch 2 of 3, about 1 min 20 s left."
    assert (job.started, job.updated) == (101.0, 104.0)
    assert fold(lines(PLAN, State("running"), step(40)), None, True).sentence.startswith("Epoch 1 of 3")


def test_progress_is_told_for_work_without_steps():
    job = fold(lines(State("running"), Progress("Answering", 12, 40, 20.0)), None, True)
    assert job.sentence == "Answering: 12 of 40, about 20 s left."


def test_stopping_until_the_last_word():
    events = lines(PLAN, State("running"), step(4))
    assert fold(events, "stop", True).state == "stopping"
    assert fold(lines(PLAN, State("running"), State("stopping")), None, True).state == "stopping"


def test_stopped_says_what_is_kept():
    events = lines(PLAN, State("running"), Checkpoint(36, "c", True), step(40))
    wanted = "Stopped after step 40 of 120. What it had learned until step 36 is kept."
    assert fold([*events, *lines(State("stopped"))], "stop", False).sentence == wanted
    ended_by_force = fold(events, "stop", False)
    assert (ended_by_force.state, ended_by_force.sentence) == ("stopped", wanted)
    assert "Nothing had been saved" in fold(lines(PLAN, step(4), State("stopped")), None, False).sentence


def test_interrupted_is_a_dead_process_without_a_last_word():
    job = fold(lines(PLAN, State("running"), Checkpoint(80, "c", True), step(90)), None, False)
    assert job.state == "interrupted"
    assert job.sentence == (
        "The process that trained ended without a last word, perhaps because the machine went down or memory ran out. "
        "What it had saved until step 80 is kept. It can go on where it stood; if it ends like this again, close other "
        "programs or choose a smaller model or fewer tokens per step."
    )


def test_a_last_word_stands_whatever_was_asked():
    assert fold(lines(State("finished")), "stop", False).state == "finished"
    assert fold(lines(State("finished")), None, True).state == "finished"
    failed = fold(lines(Failure("The disk is full.", "Free some space."), State("failed")), "stop", False)
    assert (failed.state, failed.sentence) == ("failed", "The disk is full. Free some space.")
    assert fold(lines(Failure("The disk is full.", "Free some space.")), None, False).state == "failed"


def test_the_kept_checkpoint_is_the_best_one():
    job = fold(
        lines(PLAN, Checkpoint(4, "a", True), Checkpoint(8, "b", False), step(8), State("finished")), None, False
    )
    assert job.kept.path == "a"
    assert job.sentence == "Finished after 8 steps in 1 min 20 s. The best state is that of step 4."


def test_the_best_validation_is_never_nan():
    events = lines(Validation(1, 0.1, 2.0, True), Validation(2, 0.2, 1.0, True), Validation(3, 0.3, 1.5, False))
    events.append({"type": "validation", "step": 4, "epoch": 0.4, "loss": None, "best": False})
    job = fold(events, None, True)
    assert job.best.step == 2
    assert math.isnan(job.validations[-1].loss)


def test_a_verdict_is_the_sentence_of_a_finished_evaluation():
    job = fold(lines(Result({"sentence": "Tuning helped."}), State("finished")), None, False)
    assert job.sentence == "Tuning helped."


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([2.0], "left."),
        ([2.0, 1.5], "still falling, so it is still learning."),
        ([2.0, 2.1], "is not below the base model's yet."),
        ([2.0, 1.5, 1.6], "was lowest at step 1; that is the state you get."),
        ([2.0, 1.5, 1.6, 1.7], "It is memorising: the loss on examples it has not seen rises. The best was at step 1;"),
        ([2.0, 1.5, 1.7, 1.6], "was lowest at step 1; that is the state you get."),
    ],
)
def test_what_the_losses_say_while_it_learns(losses, words):
    checks = [Validation(number, number / 10, loss, False) for number, loss in enumerate(losses)]
    assert words in fold(lines(PLAN, State("running"), step(44), *checks), None, True).sentence


def test_advancing_by_parts_is_the_fold_of_the_whole():
    events = lines(
        State("preparing"), PLAN, State("running"), step(1), Validation(1, 0.1, 2.0, True), Note("a"), step(2)
    )
    for cut in range(len(events) + 1):
        parts = JobState().advance(events[:cut]).advance(events[cut:]).observed(None, True)
        assert parts == fold(events, None, True)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"type": "telepathy", "seq": 9},
        {"type": None},
        {"type": ["state"]},
        {"type": "state"},
        {"type": "state", "state": {"deep": 1}},
        {"type": "step", "step": 5},
        {"type": "plan", "steps": "many"},
        {"type": "progress", "what": 3, "done": 1, "total": 2},
        {"type": "progress", "what": "Reading", "done": 1, "total": 2, "seconds_left": "soon"},
        {"type": "checkpoint", "step": True, "path": "x", "best": True},
        {"type": "result", "values": None},
        {"type": "failure", "happened": "Only this."},
        {"type": "note", "text": "fine", "colour": "blue", "time": "late"},
    ],
)
def test_lines_of_other_versions_do_not_hurt(line):
    before = lines(PLAN, State("running"), step(40))
    for control in (None, "stop", "dance"):
        for alive in (None, True, False):
            job = fold([*before, line, *lines(step(41))], control, alive)
            assert job.sentence.endswith(".")
            assert job.last_step.step == 41
            assert job.plan == PLAN


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"),
        (45, "45 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (599, "10 min"),
        (3599, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words
