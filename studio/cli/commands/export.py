"""`studio export JOB`: what a run made, an adapter or a whole model, as a zip."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.context import Command, Context
from studio.errors import UsageError


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the zip to write (default: JOB-adapter.zip or JOB-model.zip here)"
    )


def run(context: Context, given: Namespace) -> int:
    from studio.session.exports import file_name

    with context.session() as session:
        found = session.runs.find(given.job, kind="train")
        target = (given.out or Path(file_name(found))).absolute()
        if target.is_dir():
            raise UsageError(f"{target} is a folder.", "Name the file to write with --out.", field="out")
        path = session.exports.adapter(found.id, target)
    size = path.stat().st_size
    context.document({"job": found.id, "file": str(path), "bytes": size})
    if not context.json:
        context.say(f"{path} ({size / 1e6:.1f} MB)")
    return 0


COMMAND = Command("export", "write what a run made (adapter or model) to a zip file", arguments, run)
