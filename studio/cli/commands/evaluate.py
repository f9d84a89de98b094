"""`studio evaluate JOB`: the base and the tuned model on the same examples, and the verdict."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from studio.cli import following, keys
from studio.cli.context import Command, Context
from studio.session.values import Run


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument("--with", dest="runs", action="append", default=[], metavar="JOB", help="a further tuned run")
    parser.add_argument("--instructions", default="", metavar="TEXT", help="compare the base model with a prompt too")
    parser.add_argument("--shots", type=int, default=0, metavar="N", help="training examples in that prompt")
    parser.add_argument("--measure", default="", metavar="NAME", help="the measure that decides (default: what suits)")
    parser.add_argument("--data", type=Path, metavar="FILE", help="examples from elsewhere, instead of the test rows")


def run(context: Context, given: Namespace) -> int:
    from studio.session.comparing import Beside

    with context.session() as session:
        trained = session.runs.find(given.job, kind="train")
        keys.ensure_for(session, trained.id)
        runs = tuple(session.runs.find(job, kind="train").id for job in given.runs)
        beside = Beside(given.instructions, given.shots, runs, measure=given.measure)
        started = session.evaluations.start(trained.id, given.data, beside=beside)
        following.follow(context, session, started)
        done = session.runs.get(started.id)
    return closing(context, done)


def closing(context: Context, done: Run) -> int:
    """Tells the verdict of an evaluation that is over; returns its exit code."""
    document = {**dict.fromkeys(("rows", "candidates", "verdict", "sentence")), **(done.state.result or {})}
    context.document({**document, "job": done.id, "state": done.state.state})
    if not context.json and done.state.result:
        _print(context, document)
    return following.verdict(context, done)


def _print(context: Context, document: dict[str, Any]) -> None:
    context.say(document["sentence"])
    candidates = document["candidates"]
    names = list(dict.fromkeys(name for one in candidates for name in one["metrics"]))
    width = max((len(name) for name in names), default=0)
    if candidates:
        context.say(" " * width + "".join(f"  {one['name']:>24}" for one in candidates))
    for name in names:
        cells = (_cell(one["metrics"].get(name), one["intervals"].get(name)) for one in candidates)
        context.say(f"{name.replace('_', ' '):{width}}" + "".join(f"  {cell:>24}" for cell in cells))


def _cell(value: float | None, interval: list[float] | None) -> str:
    if value is None:
        return "-"
    if interval is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


COMMAND = Command("evaluate", "compare the base and the tuned model on held-out examples", arguments, run)
