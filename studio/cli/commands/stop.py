"""`studio stop JOB`: asks a run to stop and keep what it has reached."""

from argparse import ArgumentParser, Namespace

from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the run: its id, the beginning of it, or last")


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job)
        session.runs.stop(found.id)
        state = session.runs.get(found.id).state
    context.document({"job": found.id, "state": state.state})
    if not context.json:
        context.say(f"{found.name} was asked to stop; it keeps what it has reached.")
    return 0


COMMAND = Command("stop", "ask a run to stop and keep what it has reached", arguments, run)
