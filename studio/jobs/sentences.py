"""Where a job stands, in one or two plain sentences. Which state it is in is decided in facts.py."""

import math

from studio.jobs.facts import Facts


def sentence(job: Facts) -> str:
    """The sentence of a job's state; it ends with a full stop."""
    match job.state:
        case "waiting":
            return _waiting(job)
        case "preparing":
            return "Getting ready."
        case "running":
            return _running(job)
        case "pausing":
            return "Pausing, and keeping where it stands."
        case "paused":
            return _paused(job)
        case "cancelled":
            return "Cancelled. Nothing of this run was kept."
        case "stopping":
            if job.control == "cancel":
                return "Cancelling."
            if job.remote is not None:
                return f"Cancelling the job at {job.remote.place}."
            return "Stopping, and keeping what was learned so far." if _trains(job) else "Stopping."
        case "stopped":
            return _stopped(job)
        case "finished":
            return _finished(job)
        case "failed":
            return _failed(job)
        case _:
            return _interrupted(job)


def _waiting(job: Facts) -> str:
    if job.word != "waiting":
        return "Waiting to start."
    if not job.ahead:
        return "Waiting for the machine. It is the next, and starts by itself."
    return f"Waiting for the machine, with {job.ahead:,} before it. It starts by itself."


def duration(seconds: float) -> str:
    """A span of time as people say it: '45 s', '1 min 20 s', '2 h 5 min'."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        minutes, rest = divmod(round(whole, -1), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _trains(job: Facts) -> bool:
    return bool(job.plan or job.last_step or job.checkpoints)


def _running(job: Facts) -> str:
    step, plan = job.last_step, job.plan
    if job.remote is not None and (step is None or job.remote.status != "running"):
        return job.remote.sentence
    if step is not None:
        epoch = max(1, math.ceil(step.epoch)) if math.isfinite(step.epoch) else 1
        of = f" of {plan.epochs}" if plan and plan.epochs >= epoch else ""
        return f"Epoch {epoch}{of}{_left(step.seconds_left)}.{_learning(job)}"
    if job.progress is not None:
        progress = job.progress
        known = 0 < progress.done <= progress.total
        count = f": {progress.done:,} of {progress.total:,}{progress.unit and ' ' + progress.unit}" if known else ""
        return f"{progress.what}{count}{_left(progress.seconds_left)}."
    return "Running."


def _learning(job: Facts) -> str:
    """What the validation losses say so far; nothing before the second one."""
    losses = [item for item in job.validations if math.isfinite(item.loss)]
    if len(losses) < 2:
        return ""
    best = min(losses, key=lambda item: item.loss)
    since = losses[losses.index(best) + 1 :]
    if len(since) >= MEMORISING and best is not losses[0] and since[-1].loss > since[0].loss:
        return (
            " It is memorising: the loss on examples it has not seen rises. "
            f"The best was at step {best.step}; that is the state you get."
        )
    if best is losses[-1]:
        return " The loss on examples it has not seen is still falling, so it is still learning."
    if best is losses[0]:
        return " The loss on examples it has not seen is not below the base model's yet."
    return f" The loss on examples it has not seen was lowest at step {best.step}; that is the state you get."


MEMORISING = 2
"""Checks since the best one, with the loss rising, before that word is used."""


def _left(seconds: float | None) -> str:
    known = isinstance(seconds, int | float) and math.isfinite(seconds)
    return f", about {duration(float(seconds))} left" if known and seconds is not None else ""


def _stopped(job: Facts) -> str:
    if job.remote is not None:
        return f"{job.remote.sentence} {_kept(job, 'learned')}" if _trains(job) else job.remote.sentence
    if job.last_step is None:
        return "Stopped before the first step." if _trains(job) else "Stopped."
    of = f" of {job.plan.steps}" if job.plan else ""
    return f"Stopped after step {job.last_step.step}{of}. {_kept(job, 'learned')}"


def _paused(job: Facts) -> str:
    if job.last_step is None:
        return "Paused before the first step. Go on whenever you like."
    of = f" of {job.plan.steps:,}" if job.plan else ""
    return f"Paused after step {job.last_step.step:,}{of}. It goes on exactly there whenever you like."


def _finished(job: Facts) -> str:
    verdict = job.result.get("sentence") if job.result else None
    if isinstance(verdict, str) and verdict:
        return verdict
    if job.last_step is None:
        return "Finished."
    count = job.last_step.step
    steps = f"Finished after {count} {'step' if count == 1 else 'steps'}"
    time = f" in {duration(job.last_step.seconds)}" if math.isfinite(job.last_step.seconds) else ""
    best = f" The best state is that of step {job.kept.step}." if job.kept and job.kept.step != count else ""
    return f"{steps}{time}.{best}{_gained(job)}"


def _gained(job: Facts) -> str:
    """How the loss on validation examples went, from the base model to the state that is kept."""
    first = job.validations[0] if job.validations else None
    if first is None or first.step != 0 or job.best is None:
        return ""
    if job.best.step == 0:
        return " The loss on examples it has not seen did not fall below the base model's: it learned nothing useful."
    return f" The loss on examples it has not seen fell from {first.loss:.2f} to {job.best.loss:.2f}."


def _failed(job: Facts) -> str:
    if job.failure is None:
        return "The job failed."
    words = [job.failure.happened, job.failure.remedy]
    if job.kept:
        words.append(_kept(job, "saved"))
    return " ".join(word for word in words if word)


def _interrupted(job: Facts) -> str:
    if job.remote is not None:
        return _left_alone(job)
    if job.word is None:
        return "The job ended before its work began. Nothing was lost; start it again."
    if job.resumable and not _trains(job):
        return (
            "The process that worked on this ended without a last word, perhaps because the machine went down or "
            "memory ran out. What was answered is kept, and it can go on where it stood."
        )
    if not _trains(job):
        return (
            "The process that worked on this ended without a last word, perhaps because the machine went down or "
            "memory ran out. Start it again."
        )
    return (
        "The process that trained ended without a last word, perhaps because the machine went down or memory ran out. "
        f"{_kept(job, 'saved')} It can go on where it stood; if it ends like this again, close other programs or "
        "choose a smaller model or fewer tokens per step."
    )


def _left_alone(job: Facts) -> str:
    """A job at a provider that no process of ours follows."""
    assert job.remote is not None
    place = job.remote.place
    why = f"{job.failure.happened} " if job.failure else ""
    if not job.remote.job:
        return (
            f"{why}Whether {place} has the job is not known. Follow it again: that is looked up before anything else."
        )
    return f"{why}The job goes on at {place}, but this studio does not follow it. Follow it again with your key."


def _kept(job: Facts, verb: str) -> str:
    if job.kept is None:
        return "Nothing had been saved yet."
    return f"What it had {verb} until step {job.kept.step} is kept."
