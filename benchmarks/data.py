"""The check of a file against what reading it costs at least, on rows made here: `python -m benchmarks data`.

(a) json.loads alone, (b) a typed decoder alone (msgspec, line by line: the limit), (c) the format checks that OpenAI's
cookbook describes for its chat format, written out plainly. --rows sets the number of rows (1,000,000). Each figure is
from one process with one thread; peak memory is that of a process of its own.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from benchmarks.table import Row
from studio.data import Recipe, fingerprint
from studio.data.check import Check
from studio.data.sources import sources_of
from studio.jobs.spec import Prepare, Source, Spec
from studio.session.preparing import counted_with

ROWS = 1_000_000
TIMES = 3
SECONDS = 60
MEMORY_MB = 300
LEAST_OF_DECODER = 1 / 3
LEAST_OF_PLAIN = 4


class _Turn(msgspec.Struct):
    role: Literal["system", "user", "assistant"]
    content: str
    weight: Literal[0, 1] | None = None


class _Chat(msgspec.Struct):
    messages: list[_Turn]


def measure(rows: int = ROWS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(made(rows))
        return _measured(path, rows)


def _measured(path: Path, rows: int) -> list[Row]:
    size = path.stat().st_size / 1e6
    loads, typed, plain, errors = (
        _seconds(lambda work=work: work(path)) for work in (_json_loads, _typed, _plain_checks, _errors)
    )
    whole, busy, peak = _whole_check(path)
    prepared, most = _prepare(path)
    best = {name: min(seconds) for name, seconds in (("typed", typed), ("plain", plain), ("errors", errors))}
    return [
        Row(f"file of {rows:,} chats", (size,), "MB"),
        *_speeds("(a) json.loads alone", loads, size, rows),
        *_speeds("(b) typed decoder alone", typed, size, rows),
        *_speeds("(c) plain checks of the chat format", plain, size, rows),
        *_speeds("errors only", errors, size, rows),
        *_speeds("whole check", (whole,), size, rows),
        Row("errors only, speed to (b)", (best["typed"] / best["errors"],), "times", f"{LEAST_OF_DECODER:.2f}"),
        Row("errors only, speed to (c)", (best["plain"] / best["errors"],), "times", f"{LEAST_OF_PLAIN}"),
        Row("whole check", (whole,), "s", f"{SECONDS} s for 1,000,000 rows"),
        Row("whole check, processor time", (busy,), "s"),
        Row("whole check, peak memory", (peak,), "MB", f"{MEMORY_MB} MB"),
        Row("prepare job (import, check, tokens, split, leaks)", (prepared,), "s"),
        Row("prepare job, peak memory", (most,), "MB", f"{MEMORY_MB} MB"),
    ]


def made(rows: int) -> Iterator[str]:
    """Chats of a system turn, a question of 20 words and an answer of 30, about half a kilobyte each, as lines."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(5000)]
    for _ in range(rows):
        texts = ("You answer for a shop.", " ".join(chance.choices(words, k=20)), " ".join(chance.choices(words, k=30)))
        roles = ("system", "user", "assistant")
        turns = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
        yield json.dumps({"messages": turns}) + "\n"


def _json_loads(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def _typed(path: Path) -> None:
    decode = msgspec.json.Decoder(_Chat).decode
    with path.open("rb") as file:
        for line in file:
            decode(line)


def _plain_checks(path: Path) -> dict[str, int]:
    """Counts of what is wrong, one row after the other, as somebody would write it down."""
    wrong: dict[str, int] = {}
    with path.open("rb") as file:
        for line in file:
            for fault in _faults(json.loads(line)):
                wrong[fault] = wrong.get(fault, 0) + 1
    return wrong


def _faults(row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "row is no object"
        return
    turns = row.get("messages")
    if not turns:
        yield "no list of messages"
        return
    for turn in turns:
        if "role" not in turn or "content" not in turn:
            yield "turn lacks a key"
        if any(key not in ("role", "content", "name", "function_call", "weight") for key in turn):
            yield "turn has another key"
        if turn.get("role") not in ("system", "user", "assistant", "function"):
            yield "role is not known"
        content = turn.get("content")
        if (not content and not turn.get("function_call")) or not isinstance(content, str):
            yield "turn has no text"
    if not any(turn.get("role") == "assistant" for turn in turns):
        yield "no assistant turn"


def _errors(path: Path) -> None:
    Check(sources_of(path), path.name).errors()


def _whole_check(path: Path) -> tuple[float, ...]:
    """Seconds, seconds of the processor and peak megabytes of the whole check, in a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def _prepare(path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of the job that brings the file in, as the Data tab starts it."""
    folder = path.parent / "job"
    folder.mkdir()
    tokenizer, context = counted_with()
    files = [Source(str(path), fingerprint(path))]
    counted = Source(str(tokenizer), fingerprint(tokenizer))
    work = Prepare(files, path.name, 1, Recipe().as_json(), counted, {}, context=context)
    Spec("bench", "prepare", path.name, "2026-01-01T00:00:00+00:00", work).write(folder)
    begun = time.perf_counter()
    job = subprocess.Popen([sys.executable, "-m", "studio.worker", str(folder)], stdin=subprocess.DEVNULL)
    peak = 0.0
    while job.poll() is None:
        peak = max(peak, _peak(job.pid))
        time.sleep(0.1)
    taken = time.perf_counter() - begun
    if job.returncode:
        raise RuntimeError("the prepare job failed")
    return taken, peak


def _peak(pid: int) -> float:
    """Megabytes a process has held at most; 0 for one that has just ended. What getrusage tells of a process begins
    with the memory of the one that started it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) / 1000 if "VmHWM:" in status else 0.0


def _seconds(work: Callable[[], object]) -> tuple[float, ...]:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return tuple(taken)


def _speeds(what: str, seconds: tuple[float, ...], size: float, rows: int) -> list[Row]:
    return [
        Row(what, tuple(size / taken for taken in seconds), "MB/s"),
        Row(what, tuple(rows / taken / 1000 for taken in seconds), "1,000 rows/s"),
    ]


if __name__ == "__main__":
    begun, busy = time.perf_counter(), time.process_time()
    checking = Check(sources_of(Path(sys.argv[1])), "rows.jsonl")
    for _ in checking.examples():
        pass
    checking.report()
    print(time.perf_counter() - begun, time.process_time() - busy, _peak(os.getpid()))
