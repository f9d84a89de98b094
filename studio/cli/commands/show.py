"""`studio show JOB`: where a run stands, in words, with its result and its last notes."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import Any

from studio.cli.context import Command, Context
from studio.session.values import Run

NOTES = 5
SAID = ("job", "state")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the run: its id, the beginning of it, or last")


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job)
        events = len(session.runs.events(found.id, "0").events)
    context.document(_document(found, events))
    if not context.json:
        _print(context, found)
    return 0


def _document(found: Run, events: int) -> dict[str, Any]:
    state = found.state
    return {
        "job": found.id,
        "kind": found.kind,
        "state": state.state,
        "sentence": state.sentence,
        "name": found.name,
        "created": found.created.isoformat(),
        "project": found.project,
        "dataset": found.dataset,
        "model": found.model,
        "method": found.method,
        "options": dict(found.options),
        "parent": found.parent,
        "folder": str(found.folder),
        "events": events,
        "best": asdict(state.best) if state.best else None,
        **asdict(state),
    }


def _print(context: Context, found: Run) -> None:
    state = found.state
    context.say(f"{found.name} ({found.id})")
    context.say(f"{state.state}: {state.sentence}")
    if state.failure:
        context.say(f"{state.failure.happened} {state.failure.remedy}")
    for name, value in (state.result or {}).items():
        if name not in SAID and isinstance(value, str | int | float):
            context.say(f"  {name.replace('_', ' ')}: {_shown(value)}")
    for note in state.notes[-NOTES:]:
        context.say(f"  {note}")


def _shown(value: str | int | float) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else value


COMMAND = Command("show", "say where a run stands, with its result and last notes", arguments, run)
