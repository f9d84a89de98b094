"""`studio train FILE`: brings the file in, tunes a model on it, follows the run, prints the result."""

import argparse
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import following
from studio.cli.context import Command, Context
from studio.methods import METHODS
from studio.session.values import Dataset, Project, Run

if TYPE_CHECKING:
    from studio.session import Session

FIELDS = (
    "parameters",
    "trainable_parameters",
    "steps",
    "tokens",
    "seconds",
    "tokens_per_second",
    "peak_memory_bytes",
    "best_step",
    "validation_loss",
)


def arguments(parser: ArgumentParser) -> None:
    settings(parser)
    parser.add_argument("--name", help="what to call the run")
    parser.add_argument("--search", action="store_true", help="look for the best learning rate, epochs and rank")


def settings(parser: ArgumentParser) -> None:
    """The file, and all that decides what a training is."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file of examples (at least 4 usable rows)")
    parser.add_argument(
        "--model", default="recommended", help="recommended, starter, starter-encoder, or a model folder"
    )
    known = ", ".join(method.id for method in METHODS)
    parser.add_argument("--method", default="recommended", help=f"recommended, or one of {known}")
    parser.add_argument("--strength", help="gentle, balanced or strong (default: recommended)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=pair,
        dest="options",
        metavar="NAME=VALUE",
        help="change one option of the method; may be given several times",
    )


def pair(text: str) -> tuple[str, str]:
    """NAME=VALUE as name and value; argparse tells what is wrong."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name.strip(), value.strip()


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        project, dataset = brought(context, session, given)
        choices = session.runs.plan(project.id, dataset.id, **wanted(given)).choices
        for one in choices:
            context.say(f"{one.name.replace('_', ' ')}: {one.value}. {one.because}")
        started = session.runs.start(project.id, dataset.id, **wanted(given), name=given.name, search=given.search)
        following.follow(context, session, started)
        done = session.runs.get(started.id)
    return closing(context, done, {"choices": [asdict(one) for one in choices]})


def closing(context: Context, done: Run, more: dict[str, Any]) -> int:
    """Tells the result of a run that is over; returns its exit code. more: further fields of the document."""
    document = result(done) | more
    context.document(document)
    if not context.json and done.state.state in ("finished", "stopped"):
        _print(context, document)
    return following.verdict(context, done)


def brought(context: Context, session: "Session", given: Namespace) -> tuple[Project, Dataset]:
    """The current project with the file in it, and how many rows of it can be used is said."""
    project = session.projects.current()
    dataset = session.datasets.add(project.id, given.file, given.file.name)
    report = dataset.report
    left_out = report.rows - report.usable
    context.say(
        f"{report.file}: {report.usable:,} usable rows"
        + (f"; {left_out:,} left out, see studio check" if left_out else "")
    )
    return project, dataset


def wanted(given: Namespace) -> dict[str, Any]:
    """The choices as the session takes them."""
    options = dict(given.options)
    return {"model": given.model, "method": given.method, "strength": given.strength, "options": options}


def result(run: Run) -> dict[str, Any]:
    """The `train` document: every field of the contract, None for what the run did not reach."""
    values: dict[str, Any] = {"job": run.id, "state": run.state.state, "method": run.method, "model": run.model}
    values |= dict.fromkeys(FIELDS)
    values |= run.state.result or {}
    return values | {"job": run.id, "state": run.state.state, "name": run.name}


def _print(context: Context, values: dict[str, Any]) -> None:
    if values["validation_loss"] is not None:
        context.say(f"Best loss on validation examples: {values['validation_loss']:.3f}, at step {values['best_step']}")
    if values["seconds"] is not None:
        context.say(
            f"{values['steps']:,} steps in {values['seconds']:.0f} s, {values['tokens_per_second']:,.0f} tokens/s"
        )
    context.say(f"Next: studio evaluate {values['job']}")


COMMAND = Command("train", "tune a model on a file of examples", arguments, run)
