"""Checkpoints of a job on disk: written so that a crash leaves either a whole one or none that counts.

A checkpoint is a folder checkpoints/step-000120 whose manifest.json, written last, names every file with its SHA-256.
Without a manifest that holds it does not exist. What the files contain is the writer's business. Torch-free.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.errors import CheckpointError

FOLDER = "checkpoints"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """step: optimiser steps done. validation_loss: nats per trained token. files: name -> hex SHA-256."""

    step: int
    validation_loss: float
    files: dict[str, str]


@dataclass(frozen=True)
class Kept:
    """A checkpoint that counts."""

    path: Path
    step: int
    validation_loss: float


def write(
    job_folder: Path, step: int, validation_loss: float, save: Callable[[Path], None], inside: str = FOLDER
) -> Path:
    """Makes checkpoints/step-<step>, or the like `inside` another folder of the job; `save` puts the files into the
    folder it is given. Returns the folder. One that is there, whole and of the same loss stays as it is."""
    target = job_folder / inside / f"step-{step:06d}"
    if _is_there(target, validation_loss):
        return target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    save(target)
    files = {}
    for path in sorted(p for p in target.rglob("*") if p.is_file()):
        files[path.relative_to(target).as_posix()] = _digest(path)
        _sync(path)
    text = json.dumps({"step": step, "validation_loss": validation_loss, "files": files}, indent=1, allow_nan=False)
    unfinished = target / f"{MANIFEST}.tmp"
    unfinished.write_text(text, encoding="utf-8")
    _sync(unfinished)
    unfinished.replace(target / MANIFEST)
    _sync(target)
    _sync(target.parent)
    return target


def verify(path: Path) -> Manifest:
    """The manifest of a whole checkpoint; CheckpointError when it has none, or a file is missing or changed."""
    remedy = "Use another checkpoint, or train again."
    try:
        raw = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(int(raw["step"]), float(raw["validation_loss"]), dict(raw["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise CheckpointError(f"The checkpoint {path.name} is not complete.", remedy) from None
    for name, digest in manifest.files.items():
        file = path / name
        if not file.is_file() or _digest(file) != digest:
            raise CheckpointError(f"The file {name} of the checkpoint {path.name} is missing or was changed.", remedy)
    return manifest


def _is_there(path: Path, validation_loss: float) -> bool:
    try:
        return verify(path).validation_loss == validation_loss
    except CheckpointError:
        return False


def kept(job_folder: Path, inside: str = FOLDER) -> list[Kept]:
    """Every checkpoint of the job that counts, by step."""
    found = []
    for path in sorted((job_folder / inside).glob("step-*")):
        try:
            manifest = verify(path)
        except CheckpointError:
            continue
        found.append(Kept(path, manifest.step, manifest.validation_loss))
    return sorted(found, key=lambda item: item.step)


def best(job_folder: Path) -> Path:
    """The whole checkpoint of the lowest validation loss (the earliest of equals); CheckpointError if there is none."""
    found = kept(job_folder)
    if not found:
        raise CheckpointError(
            "This run has no complete checkpoint.", "Train again, and let it reach its first check on validation rows."
        )
    return min(found, key=lambda item: (item.validation_loss, item.step)).path


def fingerprint(path: Path) -> str:
    """Hex SHA-256 of a checkpoint's manifest, which itself fixes every file."""
    return _digest(path / MANIFEST)


def thin(job_folder: Path, keep: set[int], inside: str = FOLDER) -> None:
    """Removes every checkpoint whose step is not in `keep`; the manifest goes first, so none half-removed counts."""
    for path in (job_folder / inside).glob("step-*"):
        if int(path.name.removeprefix("step-")) not in keep:
            (path / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """To the disk; a folder has no such call on Windows, where renames are kept by the file system's own journal."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
