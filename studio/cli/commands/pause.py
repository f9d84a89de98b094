"""`studio pause JOB`: asks a training to leave the machine, so that it can go on later where it stood."""

from argparse import ArgumentParser, Namespace

from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the run: its id, the beginning of it, or last")


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job, "train")
        session.runs.pause(found.id)
        state = session.runs.get(found.id).state
    context.document({"job": found.id, "state": state.state})
    if not context.json:
        context.say(f"{found.name} was asked to pause. Go on with: studio resume {found.id}")
    return 0


COMMAND = Command("pause", "ask a training to pause, so that it can go on later", arguments, run)
