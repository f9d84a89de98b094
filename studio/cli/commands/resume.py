"""`studio resume JOB`: goes on with work that was paused, interrupted or failed, and follows it to its end."""

from argparse import ArgumentParser, Namespace

from studio.cli import following
from studio.cli.commands import apply, evaluate, train
from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "job", metavar="JOB", help="a training, an evaluation or an application: its id, or the beginning of it"
    )


def run(context: Context, given: Namespace) -> int:
    with context.session() as session:
        found = session.runs.find(given.job, "train" if given.job == "last" else None)
        following.follow(context, session, session.runs.resume(found.id))
        done = session.runs.get(found.id)
    if done.kind == "train":
        return train.closing(context, done, {})
    return evaluate.closing(context, done) if done.kind == "evaluate" else apply.closing(context, done)


COMMAND = Command("resume", "go on with a training or an evaluation where it stood", arguments, run)
