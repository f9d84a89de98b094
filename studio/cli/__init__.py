"""The command line: parse, call the session, print. This file owns the outermost border, where every error becomes two
sentences and an exit code; the commands are in commands/, a file each.

Exit codes: 0 done, 1 the input has errors or the job failed, 2 wrong use, 130 interrupted.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from studio import settings
from studio.cli.context import Context
from studio.cli.parser import parse
from studio.errors import StudioError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; no exception but SystemExit (of --help and wrong use) gets out."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character shows a substitute; it must not end the command.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    home: Path | None = None
    try:
        arguments = parse(list(sys.argv[1:] if argv is None else argv))
        given = {name: getattr(arguments, name, None) for name in ("home", "host", "port")}
        if arguments.command.name != "ui":
            given = {"home": given["home"]}
        loaded = settings.load(**given)
        home = loaded.home
        code = arguments.command.run(Context(loaded, given, arguments.json), arguments)
        sys.stdout.flush()
        return code
    except StudioError as error:
        _say(f"{error.happened} {error.remedy}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`studio runs | head`); without this Python complains again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 (the border: a person is told, the traceback goes to a file)
        _say(f"Something went wrong that the studio did not foresee. {_keep_traceback(home)}")
        return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _keep_traceback(home: Path | None) -> str:
    text = traceback.format_exc()
    if home is not None:
        path = home / "logs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.log"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError:
            pass
        else:
            return f"Try again, and send the file {path} with a report if it stays."
    return f"Try again; the cause was: {text.strip().splitlines()[-1]}"
