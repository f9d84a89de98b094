"""`studio serve JOB`: the tuned model as an OpenAI-compatible server, until Ctrl-C."""

from argparse import ArgumentParser, Namespace

from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument("--port", type=int, default=0, help="where to listen on this machine (default: a free port)")


def run(context: Context, given: Namespace) -> int:
    raise NotImplementedError


COMMAND = Command("serve", "serve the tuned model of a run to other programs", arguments, run)
