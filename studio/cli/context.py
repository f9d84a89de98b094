"""What every command gets: the settings, the session, and where to print. With --json stdout holds exactly one JSON
document, and whatever is said besides goes to stderr."""

import json
import math
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.settings import Settings

if TYPE_CHECKING:
    from studio.session import Session


@dataclass(frozen=True)
class Context:
    """given: what the command line said about settings, for `studio doctor`."""

    settings: Settings
    given: Mapping[str, Any]
    json: bool

    def session(self) -> "Session":
        from studio.session import Session

        return Session(self.settings)

    def say(self, text: str) -> None:
        """A line for a person: on stdout, or on stderr beside a JSON document."""
        print(text, file=sys.stderr if self.json else sys.stdout, flush=True)

    def warn(self, text: str) -> None:
        """A line about something that did not work, always on stderr."""
        print(text, file=sys.stderr, flush=True)

    def document(self, value: Any) -> None:
        """The JSON document of the command; nothing without --json."""
        if self.json:
            # ASCII alone: a program may read this through any code page.
            print(json.dumps(_plain(value), indent=1, allow_nan=False), flush=True)


@dataclass(frozen=True)
class Command:
    """One command. arguments: adds its own to a parser. run: does it and returns the exit code."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Context, Namespace], int]


def _plain(value: Any) -> Any:
    """What JSON can hold: a number that is not finite becomes null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def nothing(parser: ArgumentParser) -> None:
    """For a command without arguments of its own."""
