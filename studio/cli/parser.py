"""Turns the words of the command line into arguments. Wrong use is told in two sentences, exit code 2."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from studio import __version__
from studio.cli.commands import COMMANDS

DEFAULT = "ui"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:].rstrip(".")
        self.exit(2, f"{sentence}. See `{self.prog} --help` for how it is used.\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments; .command is the Command to run. Without a command it is the page."""
    parser = build()
    start = argparse.Namespace(home=None, json=False)
    arguments = parser.parse_args(argv, start)
    if arguments.command is None:
        arguments = parser.parse_args([*argv, DEFAULT], start)
    return arguments


def build() -> Parser:
    # An absent option leaves no trace, so that one before the command is not undone by its absence after it.
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--json", action="store_true", help="print one JSON document, for programs")
    shared.add_argument("--home", metavar="DIR", help="the folder that holds everything the studio keeps")
    parser = Parser(
        prog="studio",
        description="Tune a language model on your own examples. Without a command the page opens in the browser.",
        epilog="JOB is the id of a run, the beginning of one, or the word last.",
        parents=[shared],
    )
    parser.add_argument("--version", action="version", version=f"Finetune Studio {__version__}")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name, help=command.help, description=_sentence(command.help), parents=[shared]
        )
        command.arguments(sub)
        sub.set_defaults(command=command)
    return parser


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
