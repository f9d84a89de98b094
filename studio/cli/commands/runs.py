"""`studio runs`: all runs and evaluations, newest first."""

from argparse import Namespace
from typing import Any

from studio.cli.context import Command, Context, nothing
from studio.session.values import Run


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.list()
    context.document([_entry(one) for one in found])
    if context.json:
        return 0
    if not found:
        context.say("There are no runs yet. Start one with: studio train FILE")
    for one in found:
        context.say(f"{one.id}  {one.kind:8}  {one.state.state:11}  {one.created:%Y-%m-%d %H:%M}  {one.name}")
    return 0


def _entry(one: Run) -> dict[str, Any]:
    return {
        "job": one.id,
        "kind": one.kind,
        "state": one.state.state,
        "name": one.name,
        "created": one.created.isoformat(),
        "parent": one.parent,
    }


COMMAND = Command("runs", "list all runs and evaluations, newest first", nothing, run)
