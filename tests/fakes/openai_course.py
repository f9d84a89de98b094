"""How a job of the stand-in goes on with each poll: from validation over the queue and its steps to its end."""

import time
from typing import Any

from tests.fakes.openai_world import Job, World

ENDED = ("succeeded", "failed", "cancelled")
STRANGE = "waiting_for_capacity"


def advance(world: World, job: Job) -> None:
    """One poll further."""
    with world.lock:
        status = job.data["status"]
        if status == "validating_files":
            _validate(world, job)
        elif status == "queued":
            job.data["status"] = "running"
            job.data["estimated_finish"] = int(time.time()) + 60 + job.course.skew
            world.say(job, "Fine-tuning job started")
        elif status in ("running", STRANGE):
            _run(world, job)


def end(world: World, job: Job, status: str, error: tuple[str, str] | None = None) -> None:
    with world.lock:
        job.data |= {"status": status, "finished_at": int(time.time()) + job.course.skew, "estimated_finish": None}
        if error:
            param = "training_file" if "file" in error[0] or "examples" in error[0] else None
            job.data["error"] = {"code": error[0], "message": error[1], "param": param}
            world.say(job, error[1], "error")


def _validate(world: World, job: Job) -> None:
    fault = world.fault_in(job.data["training_file"])
    if fault:
        end(world, job, "failed", fault)
        return
    rows = len(world.examples(job.data["training_file"]))
    known = job.data["hyperparameters"]
    if known.get("n_epochs") == "auto":
        known["n_epochs"] = job.course.epochs or _epochs(rows)
    if known.get("batch_size") == "auto":
        known["batch_size"] = max(1, rows // 500)
    world.say(job, "Files validated, moving job to queued state")
    job.data["status"] = "queued"


def _epochs(rows: int) -> int:
    if rows * 3 < 100:
        return min(25, 100 // rows)
    return max(1, 25_000 // rows) if rows * 3 > 25_000 else 3


def _run(world: World, job: Job) -> None:
    course = job.course
    for _ in range(course.steps_per_poll):
        job.step += 1
        _tell_step(world, job)
        if course.fail_at == job.step:
            end(world, job, "failed", course.failure)
            return
        if course.cancel_at == job.step:
            end(world, job, "cancelled")
            return
        if job.step >= course.steps:
            _succeed(world, job)
            return
    strange = (
        course.strange_at is not None and course.strange_at <= job.step < course.strange_at + course.steps_per_poll
    )
    job.data["status"] = STRANGE if strange else "running"


def metrics(job: Job, step: int) -> dict[str, Any]:
    """What is measured at a step; the validation rows are read in full three times a job."""
    full = step in checkpoint_steps(job)
    held = job.data["validation_file"] is not None
    return {
        "step": step,
        "total_steps": job.course.steps,
        "train_loss": round(2.0 / step + 0.1, 4),
        "train_accuracy": round(1 - 1 / (step + 1), 4),
        "valid_loss": round(2.2 / step + 0.2, 4) if held else None,
        "full_valid_loss": round(2.1 / step + 0.2, 4) if held and full else None,
    }


def checkpoint_steps(job: Job) -> list[int]:
    third = max(1, job.course.steps // 3)
    return [job.course.steps - 2 * third, job.course.steps - third, job.course.steps]


def _tell_step(world: World, job: Job) -> None:
    found = metrics(job, job.step)
    if job.step not in job.course.lost:
        text = f"Step {job.step}/{job.course.steps}: training loss={found['train_loss']}"
        world.say(job, text, metrics={name: value for name, value in found.items() if value is not None})
    if job.step in checkpoint_steps(job) and job.step < job.course.steps:
        world.say(job, f"Checkpoint created at step {job.step}")
        _keep(world, job, f"{tuned_name(job)}:ckpt-step-{job.step}")


def _keep(world: World, job: Job, model: str) -> None:
    number = len(job.checkpoints) + 1
    job.checkpoints.append(
        {
            "id": f"ftckpt-{job.data['id']}-{number}",
            "object": "fine_tuning.job.checkpoint",
            "created_at": int(time.time()) + job.course.skew,
            "fine_tuned_model_checkpoint": model,
            "fine_tuning_job_id": job.data["id"],
            "step_number": job.step,
            "metrics": metrics(job, job.step),
        }
    )


def tuned_name(job: Job) -> str:
    return f"ft:{job.data['model']}:fake:{job.data['suffix'] or ''}:{job.data['id'][-6:]}"


def _succeed(world: World, job: Job) -> None:
    model = tuned_name(job)
    _keep(world, job, model)
    tokens = sum(len(str(row)) // 4 for row in world.examples(job.data["training_file"]))
    epochs = job.data["hyperparameters"].get("n_epochs") or 1
    job.data |= {"fine_tuned_model": model, "trained_tokens": tokens * epochs}
    rows = [metrics(job, step) for step in range(1, job.course.steps + 1)]
    job.data["result_files"] = [world.result_file(job, rows)]
    world.say(job, f"New fine-tuned model created: {model}")
    world.say(job, "The job has successfully completed")
    end(world, job, "succeeded")
