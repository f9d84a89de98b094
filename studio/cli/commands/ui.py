"""`studio ui`: the page."""

import contextlib
import sys
from argparse import ArgumentParser, Namespace

from studio.cli.context import Command, Context


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--host", help="where the page listens (default: 127.0.0.1, this machine alone; others need STUDIO_PASSWORD)"
    )
    parser.add_argument("--port", type=int, help="its port (default: 7860, or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


def run(context: Context, given: Namespace) -> int:
    from studio.ui.app import main

    # With --json stdout is kept for the document, which says what was served once the page is closed.
    with contextlib.redirect_stdout(sys.stderr) if context.json else contextlib.nullcontext():
        main(context.settings, open_browser=not given.no_browser)
    context.document({"state": "closed", "home": str(context.settings.home)})
    return 0


COMMAND = Command("ui", "open the page in the browser (what studio does without a command)", arguments, run)
