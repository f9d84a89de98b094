"""The whole way on the sample with the starter: page reachable, training, evaluation, a killed job noticed."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.table import Row

SAMPLE = Path(__file__).parent.parent / "assets" / "samples" / "support_tickets.jsonl"
STARTS = 5
WARMING = 20
"""Seconds; longer than the imports take, as long as a person reads the Method tab."""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as home:
        reachable = tuple(_page_reachable(home) for _ in range(STARTS))
        chosen = ("--model", "starter", "--method", "lora")
        predicted = studio(home, "estimate", str(SAMPLE), *chosen)
        started = time.monotonic()
        run = studio(home, "train", str(SAMPLE), *chosen)
        trained = time.monotonic() - started
        took = _seconds_of(home, run["job"])
        started = time.monotonic()
        judged = studio(home, "evaluate", run["job"])
        evaluated = time.monotonic() - started
        cold, warm = (tuple(_first_step(home, warm) for _ in range(3)) for warm in (False, True))
        noticed = tuple(_killed_job_noticed(home) for _ in range(3))
    # What a training that ended early would have taken to its end.
    took = took * predicted["steps"] / run["steps"]
    off = 100 * abs(predicted["seconds"] - took) / took
    base, tuned = (one["metrics"] for one in judged["candidates"])
    return [
        Row("page reachable after `studio ui`", reachable, "s", "6 s"),
        Row("`studio train` on the sample, import included", (trained,), "s", "240 s"),
        Row(
            f"`studio estimate`, off from the {took:.0f} s of the training",
            (off,),
            "%",
            "25 %",
        ),
        Row("training tokens a second", (run["tokens_per_second"],), "tokens/s"),
        Row("peak memory of training", (run["peak_memory_bytes"] / 1e6,), "MB"),
        Row("`studio evaluate`", (evaluated,), "s"),
        Row(f"tuned test loss (base {base['loss']:.2f})", (tuned["loss"],), "nats/token", f"{base['loss'] / 2:.2f}"),
        Row("category right, base", (100 * base.get("field.category", 0.0),), "%"),
        Row("category right, tuned", (100 * tuned["field.category"],), "%", "above base"),
        Row(f"verdict: {judged['verdict']}", (float(judged["rows"]),), "test rows", "better"),
        Row("click to first step, cold start", cold, "s"),
        Row("click to first step, worker warmed by the Method tab", warm, "s", "5 s"),
        Row("kill -9 of the job until 'interrupted'", noticed, "s", "5 s"),
    ]


def studio(home: str, *arguments: str) -> dict[str, Any]:
    """One command of the command line; its JSON document."""
    command = [sys.executable, "-m", "studio", "--home", home, *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"studio {' '.join(arguments)} failed:\n{done.stderr}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _seconds_of(home: str, job: str) -> float:
    """From the first word of a job to its last."""
    from studio.session import Session
    from studio.settings import load

    with Session(load(home=home)) as session:
        state = session.runs.get(job).state
    assert state.started is not None
    assert state.updated is not None
    return state.updated - state.started


def _page_reachable(home: str) -> float:
    """Seconds from the start of the command until the page itself is served."""
    started = time.monotonic()
    command = [sys.executable, "-u", "-m", "studio", "--home", home, "ui", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(address).status_code == 200:
                    return time.monotonic() - started
    finally:
        process.terminate()
        process.wait()


def _first_step(home: str, warm: bool) -> float:
    """Seconds from the call that the button Start makes until the first step is in the journal."""
    from studio.session import Session
    from studio.settings import load

    with Session(load(home=home)) as session:
        project = session.projects.current()
        dataset = session.datasets.latest(project.id)
        assert dataset is not None
        if warm:
            session.warm()
            time.sleep(WARMING)
        clicked = time.monotonic()
        run = session.runs.start(project.id, dataset.id, model="starter", method="lora")
        while session.runs.get(run.id).state.last_step is None:
            time.sleep(0.02)
        took = time.monotonic() - clicked
        session.runs.cancel(run.id)
        session.runs.wait(run.id, lambda event: None)
        return took


def _killed_job_noticed(home: str) -> float:
    """Seconds from kill -9 of a training job until its state says interrupted."""
    from studio.session import Session
    from studio.settings import load

    with Session(load(home=home)) as session:
        project = session.projects.current()
        dataset = session.datasets.latest(project.id)
        assert dataset is not None
        run = session.runs.start(project.id, dataset.id)
        while session.runs.get(run.id).state.last_step is None:
            time.sleep(0.2)
        os.kill(json.loads((run.folder / "process.json").read_text())["pid"], signal.SIGKILL)
        killed = time.monotonic()
        while session.runs.get(run.id).state.state != "interrupted":
            time.sleep(0.02)
        return time.monotonic() - killed
