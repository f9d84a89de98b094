"""`studio check FILE`: what is wrong with a file of examples, and with --fix a mended copy. Keeps nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.context import Command, Context
from studio.cli.progress import Bar
from studio.errors import UsageError

if TYPE_CHECKING:
    from studio.data.values import Finding, Report

SHOWN = 40


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a file of examples; several are read as one data set"
    )
    parser.add_argument("--shape", metavar="NAME", help="read the rows as this shape, such as chat or text_label")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="which column feeds which field of the shape; once for each field",
    )
    parser.add_argument(
        "--fix", type=Path, metavar="OUT", help="write the usable rows, mended where that is safe, as JSONL or CSV"
    )


def run(context: Context, given: Namespace) -> int:
    from studio.session import checking

    recipe = checking.recipe_for(given.shape, _columns(given.map))
    with Bar("Reading", context) as bar:
        if given.fix is None:
            report = checking.check(context.settings, given.files, recipe, bar.show)
            document = report.as_json()
        else:
            fixed = checking.fix(context.settings, given.files, given.fix, recipe, bar.show)
            report, document = fixed.report, fixed.as_json()
    context.document(document)
    if not context.json:
        _print(context, report)
        if given.fix is not None:
            done = f", {len(fixed.repairs)} repairs" if fixed.repairs else ""
            context.say(f"Written to {given.fix}: {report.usable:,} rows{done}. Your file is as it was.")
    return 1 if report.errors else 0


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise UsageError(f"{pair} names no field and column.", "Write it as --map field=column.", field="map")
        columns[field] = column
    return columns


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
    file = f"{finding.file}, " if finding.file else ""
    return f"{finding.severity:8}{file + place:12}{finding.message} {finding.remedy}"


COMMAND = Command("check", "say what is wrong with a file of examples, line by line", arguments, run)
