"""`studio resume JOB`: goes on with a training that was paused, interrupted or failed, and follows it to its end."""

from argparse import ArgumentParser, Namespace

from studio.cli import following
from studio.cli.commands import train
from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the run: its id, the beginning of it, or last")


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job, "train")
        following.follow(context, session, session.runs.resume(found.id))
        done = session.runs.get(found.id)
    return train.closing(context, done, {})


COMMAND = Command("resume", "go on with a training where it stood", arguments, run)
