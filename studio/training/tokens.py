"""Token ids kept beside the data set they were made of, so that a try, a training, the trials of a search and a run
that goes on turn the same rows into tokens once.

A file for each part of a split, named by all that decides its tokens. What is torn, changed or of another make is made
again. Bounded: large parts are not kept, and the oldest files make room by number.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

import studio
from studio.jobs.spec import Train
from studio.models import ModelInfo
from studio.models.inspection import TOKENIZER_FILES
from studio.models.pieces import Encoded
from studio.training.rows import Rows

FOLDER = "tokens"
FILES = 8
"""At most; two for each way of reading the rows."""
MOST_BYTES = 200_000_000
FORMAT = 1
COUNTS = ("cut", "answers_cut", "without_targets", "in_pieces")


@dataclass(frozen=True)
class Shelf:
    """Where tokens of one data set are kept. rows, split: fingerprints of what they are made of."""

    folder: Path
    rows: str
    split: str

    @classmethod
    def of(cls, work: Train) -> "Shelf":
        return cls(Path(work.data.path).parent / FOLDER, work.data.fingerprint, work.split.fingerprint)

    def tokens(self, info: ModelInfo, part: str, how: dict[str, Any], make: Callable[[], Rows]) -> Rows:
        """The rows of a part of the split as `make` gives them. how: whatever else their tokens depend on."""
        about = [FORMAT, studio.__version__, self.rows, self.split, _tokenizer(Path(info.path)), info.kind, part, how]
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        for path in self._files():
            if path.stem.endswith(key) and (found := _read(path, key)) is not None:
                return found
        made = make()
        # Without a copy the next one takes longer, and no more; a disk that is full is told where it matters.
        with contextlib.suppress(OSError, SafetensorError):
            self._write(key, made)
        return made

    def _files(self) -> list[Path]:
        """By number, the newest first."""
        return sorted(self.folder.glob("*.safetensors"), reverse=True)

    def _write(self, key: str, rows: Rows) -> None:
        tensors = _tensors(rows)
        if sum(one.nbytes for one in tensors.values()) > MOST_BYTES:
            return
        self.folder.mkdir(exist_ok=True)
        there = self._files()
        number = 1 + max((int(path.name.split("-", 1)[0]) for path in there), default=0)
        told = {"key": key, "digest": _digest(tensors), "counts": json.dumps({n: getattr(rows, n) for n in COUNTS})}
        unfinished = self.folder / f".{os.getpid()}.tmp"
        try:
            save_file(tensors, unfinished, metadata=told)
            unfinished.replace(self.folder / f"{number:06d}-{key}.safetensors")
        finally:
            unfinished.unlink(missing_ok=True)
        for path in self._files()[FILES:]:
            path.unlink(missing_ok=True)


def unkept(info: ModelInfo, part: str, how: dict[str, Any], make: Callable[[], Rows]) -> Rows:
    """Like Shelf.tokens, for rows that no data set on disk stands behind."""
    return make()


Tokens = Callable[[ModelInfo, str, dict[str, Any], Callable[[], Rows]], Rows]


def _tokenizer(folder: Path) -> str:
    """Of the tokenizer and its chat template."""
    found = hashlib.sha256()
    for name in TOKENIZER_FILES:
        path = folder / name
        found.update(f"{name} {path.stat().st_size if path.is_file() else -1}\n".encode())
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def _tensors(rows: Rows) -> dict[str, Any]:
    """Every list of all rows end to end, with its lengths."""
    tensors = {"trained": np.array([one for row in rows.rows for one in row.trained], dtype=np.uint8)}
    for name in ("ids", "lost_before", "lost_after"):
        lists = [getattr(row, name) for row in rows.rows]
        tensors[name] = np.array([token for one in lists for token in one], dtype=np.int32)
        tensors[f"{name}_lengths"] = np.array([len(one) for one in lists], dtype=np.int32)
    return tensors


def _digest(tensors: dict[str, Any]) -> str:
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(name.encode() + tensors[name].tobytes())
    return found.hexdigest()


def _read(path: Path, key: str) -> Rows | None:
    """None for a file that does not hold what it says."""
    try:
        with safe_open(path, framework="numpy") as file:
            told = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        if told["key"] != key or told["digest"] != _digest(tensors):
            return None
        counts = json.loads(told["counts"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    trained = _split(tensors["trained"].astype(bool), tensors["ids_lengths"])
    parts = [_split(tensors[name], tensors[f"{name}_lengths"]) for name in ("ids", "lost_before", "lost_after")]
    rows = [Encoded(ids, learn, *lost) for ids, learn, *lost in zip(parts[0], trained, *parts[1:], strict=True)]
    return Rows(rows, *(int(counts[name]) for name in COUNTS))


def _split(whole: Any, lengths: Any) -> list[list[Any]]:
    ends = [0, *np.cumsum(lengths).tolist()]
    flat = whole.tolist()
    return [flat[begin:end] for begin, end in pairwise(ends)]
