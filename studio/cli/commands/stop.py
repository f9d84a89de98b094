"""`studio stop JOB`: asks a run to stop and keep what it has reached, or to discard it."""

from argparse import ArgumentParser, Namespace

from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the run: its id, the beginning of it, or last")
    parser.add_argument("--discard", action="store_true", help="keep nothing of it")


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job)
        if given.discard:
            session.runs.cancel(found.id)
        else:
            session.runs.stop(found.id)
        state = session.runs.get(found.id).state
    context.document({"job": found.id, "state": state.state})
    if not context.json:
        kept = "nothing of it is kept" if given.discard else "it keeps what it has reached"
        context.say(f"{found.name} was asked to stop; {kept}.")
    return 0


COMMAND = Command("stop", "ask a run to stop and keep what it has reached", arguments, run)
