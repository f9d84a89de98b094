"""What the stand-in for a hosted tuning service knows: files, uploads, jobs and how they go on. No HTTP here.

A job goes on by one poll each time somebody retrieves it, so that tests need no clock. Its course is a Course: how many
steps, what goes wrong and when.
"""

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

LEAST_EXAMPLES = 10
TOO_FEW = "Training file has {n} example(s), but must have at least 10 examples"
BAD_LINE = (
    "The job failed due to a file format error in the training file. Invalid file format. "
    "Line {line}, message 1, {what}"
)
MODELS = ("gpt-4o-mini-2024-07-18", "gpt-4.1-mini-2025-04-14", "meta-llama/Meta-Llama-3.1-8B-Instruct")


@dataclass
class Course:
    """How a job goes. steps_per_poll: how far it gets while it runs. fail_at, cancel_at: the step at which it fails or
    is cancelled by somebody else. strange_at: the step at which its status is a word that no document knows.
    shuffled: events come in no order; repeated: each comes twice; lost: metrics of these steps never become events and
    stand in the result file alone. skew: seconds by which its clock is wrong. encoded: the result file is base64.
    empty_error: "error" is {} instead of null. epochs: what `auto` becomes; None by the provider's rule."""

    steps: int = 12
    steps_per_poll: int = 4
    fail_at: int | None = None
    failure: tuple[str, str] = ("server_error", "The job failed due to an internal error.")
    cancel_at: int | None = None
    strange_at: int | None = None
    shuffled: bool = False
    repeated: bool = False
    lost: tuple[int, ...] = ()
    skew: int = 0
    encoded: bool = True
    empty_error: bool = False
    epochs: int | None = None


@dataclass
class Job:
    body: dict[str, Any]
    course: Course
    data: dict[str, Any]
    step: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)


class World:
    """One organisation at the service. paid: how many jobs were ever made, which is what costs money."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, bytes] = {}
        self.jobs: dict[str, Job] = {}
        self.permissions: dict[str, list[dict[str, Any]]] = {}
        self.course = Course()
        self._count = 0

    @property
    def paid(self) -> int:
        return len(self.jobs)

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count:06}"

    def add_file(self, name: str, content: bytes, purpose: str) -> dict[str, Any]:
        with self.lock:
            made = {
                "id": self._id("file"),
                "object": "file",
                "bytes": len(content),
                "created_at": int(time.time()),
                "filename": name,
                "purpose": purpose,
                "status": "processed",
                "status_details": None,
                "expires_at": None,
            }
            self.files[made["id"]] = made
            self.contents[made["id"]] = content
            return made

    def add_upload(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            now = int(time.time())
            known = {name: body.get(name) for name in ("bytes", "filename", "purpose")}
            made = {"id": self._id("upload"), "object": "upload", "created_at": now, "expires_at": now + 3600, **known}
            self.uploads[made["id"]] = made | {"status": "pending", "file": None}
            return self.uploads[made["id"]]

    def add_part(self, upload: str, content: bytes) -> dict[str, Any]:
        with self.lock:
            made = {"id": self._id("part"), "object": "upload.part", "created_at": int(time.time())}
            made["upload_id"] = upload
            self.parts[made["id"]] = content
            return made

    def complete(self, upload: str, part_ids: list[str]) -> dict[str, Any] | None:
        """The finished upload; None when its parts do not make the size that was announced."""
        with self.lock:
            found = self.uploads[upload]
            content = b"".join(self.parts[part] for part in part_ids)
            if len(content) != found["bytes"]:
                return None
            found |= {"status": "completed", "file": self.add_file(found["filename"], content, found["purpose"])}
            return found

    def add_job(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            job_id, course = self._id("ftjob"), self.course
            method = body.get("method") or {"type": "supervised"}
            given = (method.get(method["type"]) or {}).get("hyperparameters") or body.get("hyperparameters")
            data = {
                "id": job_id,
                "object": "fine_tuning.job",
                "created_at": int(time.time()) + course.skew,
                "model": body["model"],
                "organization_id": "org-fake",
                "training_file": body["training_file"],
                "validation_file": body.get("validation_file"),
                "status": "validating_files",
                "error": {} if course.empty_error else None,
                "fine_tuned_model": None,
                "finished_at": None,
                "estimated_finish": None,
                "trained_tokens": None,
                "result_files": [],
                "seed": body.get("seed") or 42,
                "hyperparameters": {**dict.fromkeys(("n_epochs", "batch_size"), "auto"), **(given or {})},
                "method": method,
                "metadata": body.get("metadata"),
                "integrations": [],
                "user_provided_suffix": body.get("suffix"),
                "suffix": body.get("suffix"),
            }
            job = Job(body, course, data)
            self.jobs[job_id] = job
            self.say(job, f"Created fine-tuning job: {job_id}")
            self.say(job, f"Validating training file: {data['training_file']}")
            return data

    def say(self, job: Job, message: str, level: str = "info", metrics: dict[str, Any] | None = None) -> None:
        job.events.append(
            {
                "id": self._id("ftevent"),
                "object": "fine_tuning.job.event",
                "created_at": int(time.time()) + job.course.skew,
                "level": level,
                "message": message,
                "type": "metrics" if metrics else "message",
                "data": metrics or {},
            }
        )

    def examples(self, file: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.contents[file].decode().splitlines() if line.strip()]

    def fault_in(self, file: str) -> tuple[str, str] | None:
        """Code and text that validation ends with, as the real service words it; None for a good file."""
        try:
            rows = self.examples(file)
        except (ValueError, KeyError):
            return "invalid_training_file", BAD_LINE.format(line=1, what="invalid JSON")
        if len(rows) < LEAST_EXAMPLES:
            return "invalid_n_examples", TOO_FEW.format(n=len(rows))
        for line, row in enumerate(rows, 1):
            if not row.get("messages") and not row.get("preferred_output"):
                return "invalid_training_file", BAD_LINE.format(line=line, what='missing key "messages"')
        return None

    def result_file(self, job: Job, rows: list[dict[str, Any]]) -> str:
        names = ("step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy", "full_valid_loss")
        lines = [",".join(names), *(",".join("" if row.get(n) is None else str(row[n]) for n in names) for row in rows)]
        text = "\n".join(lines).encode() + b"\n"
        content = base64.b64encode(text) if job.course.encoded else text
        return str(self.add_file("step_metrics.csv", content, "fine-tune-results")["id"])
