"""`studio apply JOB FILE`: new inputs in, the same table with answers out."""

import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli import following, keys
from studio.cli.context import Command, Context
from studio.errors import UsageError
from studio.hosted.price import dollars
from studio.hosted.talk import Used
from studio.session.values import Run


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument("file", type=Path, metavar="FILE", help="a table: CSV, Excel or JSON lines")
    parser.add_argument("--column", metavar="NAME", help="where the input stands (default: the likeliest column)")
    parser.add_argument(
        "--who",
        default="tuned",
        help="who answers: tuned (default), base, prompted, remote, frequent, nearest or logistic",
    )
    parser.add_argument("--instructions", default="", metavar="TEXT", help="of the prompted base model")
    parser.add_argument("--shots", type=int, default=0, metavar="N", help="training examples in its prompt")
    parser.add_argument("--address", default="", metavar="URL", help="of the remote model, up to /v1")
    parser.add_argument("--model", default="", metavar="NAME", help="of the remote model, as its provider calls it")
    parser.add_argument(
        "--prices",
        type=float,
        nargs=2,
        metavar=("READ", "WRITTEN"),
        help="of the remote model, in US dollars per million tokens",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the table goes (default: beside this folder)")


def run(context: Context, given: Namespace) -> int:
    from studio.session.comparing import OTHER, Beside, Elsewhere

    if given.out is not None and given.out.is_dir():
        raise UsageError(f"{given.out} is a folder.", "Give --out the name of a file.")
    with context.session() as session:
        trained = session.runs.find(given.job, kind="train")
        keys.ensure_for(session, trained.id)
        remote = None
        if given.who == "remote":
            remote = Elsewhere(given.address, given.model, tuple(given.prices) if given.prices else None)
            keys.ensure(session, OTHER, given.address)
        beside = Beside(instructions=given.instructions, shots=given.shots, remote=remote)
        asked = (trained.id, given.file, given.column, given.who, beside)
        _tell_price(context, session.applications.price(*asked))
        started = session.applications.start(*asked)
        following.follow(context, session, started)
        done = session.runs.get(started.id)
    return closing(context, done, given.out)


def _tell_price(context: Context, found: tuple[Used, float | None] | None) -> None:
    """Before anything is sent to a model elsewhere."""
    if found is not None and not context.json:
        used, amount = found
        price = "what that costs is not known here" if amount is None else f"about {dollars(amount)}"
        context.say(f"This takes about {used.input:,} tokens read and {used.output:,} written; {price}.")


def closing(context: Context, done: Run, out: Path | None = None) -> int:
    """Brings the table of an application that is over to `out` (or beside this folder) and says so; its exit code."""
    target = None
    if done.state.state == "finished" and done.state.result:
        made = Path(done.state.result["file"])
        target = out or Path.cwd() / made.name
        shutil.copyfile(made, target)
    document = {**dict.fromkeys(("rows", "answered", "sentence")), **(done.state.result or {})}
    context.document({**document, "job": done.id, "state": done.state.state, "file": target and str(target)})
    if not context.json and target is not None:
        context.say(f"{document['sentence']} It is in {target}.")
    return following.verdict(context, done)


COMMAND = Command("apply", "answer every row of a table", arguments, run)
