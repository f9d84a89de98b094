"""`studio check FILE`: what is wrong with a file of examples. Keeps nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.context import Command, Context

if TYPE_CHECKING:
    from studio.data.values import Finding, Report

SHOWN = 40


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a file of examples, such as chats in JSONL")


def run(context: Context, given: Namespace) -> int:
    from studio.session.checking import check

    report = check(context.settings, given.file)
    context.document(report.as_json())
    if not context.json:
        _print(context, report)
    return 1 if report.errors else 0


def _print(context: Context, report: "Report") -> None:
    context.say(
        f"{report.file}: {report.rows:,} rows, {report.usable:,} usable"
        + (f", shape {report.shape}" if report.shape else "")
    )
    for finding in report.findings[:SHOWN]:
        context.say(line(finding))
    if len(report.findings) > SHOWN:
        context.say(f"{len(report.findings) - SHOWN:,} more findings; see all of them with --json.")
    if not report.findings:
        context.say("Nothing to mend.")


def line(finding: "Finding") -> str:
    """A finding in one line: severity, place, what is so and what to do."""
    place = f"line {finding.line}" if finding.line else "whole file"
    return f"{finding.severity:8}{place:12}{finding.message} {finding.remedy}"


COMMAND = Command("check", "say what is wrong with a file of examples, line by line", arguments, run)
