"""`studio doctor`: what this installation has, what is missing, and every setting with its source."""

from argparse import Namespace
from dataclasses import asdict

from studio.cli.context import Command, Context, nothing


def run(context: Context, given: Namespace) -> int:
    from studio.session.doctor import report

    checks = report(context.settings, context.given)
    context.document([asdict(check) for check in checks])
    if not context.json:
        width = max(len(check.name) for check in checks)
        for check in checks:
            context.say(f"{check.state:8} {check.name:{width}}  {check.value}")
    return 1 if any(check.state == "error" for check in checks) else 0


COMMAND = Command("doctor", "check this installation and show every setting", nothing, run)
