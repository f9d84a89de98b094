"""What the OpenAI protocol's objects say, as our values: files, jobs with their statuses, events with their numbers,
checkpoints, result files. Anything may be missing or of another type; then it counts as not said."""

import base64
import binascii
import csv
import io
import math
from collections.abc import Callable
from typing import Any

from studio.hosted.base import Metric, RemoteCheckpoint, RemoteEvent, RemoteFile, RemoteJob, Status

MARK = "studio"
"""Begins the name of every file we send, and is the key of the metadata that carries a job's mark."""

Clean = Callable[[object], str]
_STATUSES: dict[str, Status] = {
    "validating_files": "validating",
    "queued": "queued",
    "pending": "queued",
    "created": "queued",
    "notrunning": "queued",
    "running": "running",
    "paused": "paused",
    "succeeded": "succeeded",
    "completed": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}


def file_of(raw: dict[str, Any]) -> RemoteFile:
    return RemoteFile(
        str(raw["id"]), str(raw.get("filename", "")), int(raw.get("bytes") or 0), _number(raw, "created_at")
    )


def job_of(raw: dict[str, Any], clean: Clean) -> RemoteJob:
    said = clean(raw.get("status", ""))
    tuned = str(raw.get("fine_tuned_model") or "")
    status = _STATUSES.get(said.lower().replace("-", "_"), "unknown")
    if status == "unknown" and raw.get("finished_at"):
        # A word we do not know, for a job that is over: the model tells how it ended.
        status = "succeeded" if tuned else "failed"
    error = raw.get("error")
    fault = error if isinstance(error, dict) else {"message": error} if error else {}
    return RemoteJob(
        id=str(raw["id"]),
        status=status,
        said=said,
        model=str(raw.get("model", "")),
        tuned=tuned,
        code=clean(fault.get("code") or ""),
        fault=clean(fault.get("message") or ""),
        epochs=_epochs(raw),
        tokens=_whole(raw.get("trained_tokens")),
        created=_number(raw, "created_at"),
        training=str(raw.get("training_file", "")),
        results=tuple(str(name) for name in raw.get("result_files") or () if name),
    )


def event_of(raw: dict[str, Any], clean: Clean) -> RemoteEvent:
    data = raw.get("data")
    metric = metric_of(data) if isinstance(data, dict) else None
    return RemoteEvent(str(raw["id"]), _number(raw, "created_at"), clean(raw.get("message", "")), metric)


def checkpoint_of(raw: dict[str, Any]) -> RemoteCheckpoint:
    return RemoteCheckpoint(int(raw.get("step_number") or 0), str(raw["fine_tuned_model_checkpoint"]))


def metric_of(data: dict[str, Any]) -> Metric | None:
    """The numbers of a metrics event or of a line of the result file; None when it has none. Validation loss over all
    validation rows where it is given, else over the sample of them that the service took."""
    step = _whole(data.get("step"))
    loss = _float(data.get("train_loss"))
    full, sample = _float(data.get("full_valid_loss")), _float(data.get("valid_loss"))
    validation = sample if full is None else full
    if step is None or step < 0 or (loss is None and validation is None):
        return None
    return Metric(step, _whole(data.get("total_steps")), loss, validation)


def metrics_in(content: bytes) -> list[Metric]:
    """The lines of a result file: CSV, plain or in base64 (OpenAI gives the latter). Nothing when it is neither."""
    for text in _readings(content):
        rows = list(csv.DictReader(io.StringIO(text)))
        if rows and "step" in rows[0]:
            found = (metric_of({name: value for name, value in row.items() if value != ""}) for row in rows)
            return [metric for metric in found if metric is not None]
    return []


def _readings(content: bytes) -> list[str]:
    texts = []
    for raw in (content, _decoded(content)):
        try:
            texts.append((raw or b"").decode("utf-8-sig"))
        except UnicodeDecodeError:
            continue
    return texts


def _decoded(content: bytes) -> bytes | None:
    try:
        return base64.b64decode(content, validate=False)
    except (binascii.Error, ValueError):
        return None


def _epochs(raw: dict[str, Any]) -> int | None:
    places = [raw.get("hyperparameters")]
    method = raw.get("method")
    if isinstance(method, dict):
        places += [part.get("hyperparameters") for part in method.values() if isinstance(part, dict)]
    for place in places:
        if isinstance(place, dict) and (epochs := _whole(place.get("n_epochs"))):
            return epochs
    return None


def _number(raw: dict[str, Any], name: str) -> float:
    return _float(raw.get(name)) or 0.0


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = _float(value)
    return int(number) if number is not None else None
