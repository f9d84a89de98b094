"""`studio hosted ACTION`: tuning at a provider for money. price FILE says what it would cost; order FILE does it;
follow JOB takes it up again; files and delete ID show and delete what lies there. The key is asked for, never an
argument."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import following, keys
from studio.cli.commands.train import pair, result
from studio.cli.context import Command, Context
from studio.errors import UsageError
from studio.hosted.price import dollars

if TYPE_CHECKING:
    from studio.hosted.offer import Offer
    from studio.session import Session

ACTIONS = ("price", "order", "follow", "files", "delete")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument("target", nargs="?", metavar="FILE|JOB|ID", help="a file of examples, a run, or a file there")
    parser.add_argument("--provider", default="openai", help="openai (default), nebius, azure or other")
    parser.add_argument("--address", default="", metavar="URL", help="where the service is, for azure and other")
    parser.add_argument("--model", default="", help="the model to tune, as the provider calls it")
    parser.add_argument("--price", type=float, metavar="DOLLARS", help="its price per million training tokens")
    parser.add_argument(
        "--pay", type=float, metavar="DOLLARS", help="order without a question if it costs no more; never spend more"
    )
    parser.add_argument("--keep-key", action="store_true", help="keep the key in this computer's key store")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=pair,
        dest="options",
        metavar="NAME=VALUE",
        help="change one option of the job; may be given several times",
    )


def run(context: Context, given: Namespace) -> int:
    if given.action != "files" and not given.target:
        raise UsageError(f"studio hosted {given.action} needs to know what.", "See studio hosted --help.")
    with context.session() as session:
        action = {"price": _price, "order": _order, "follow": _follow, "files": _files, "delete": _delete}[given.action]
        return action(context, session, given)


def _offer(context: Context, session: "Session", given: Namespace) -> "tuple[str, str, Offer]":
    project = session.projects.current()
    file = Path(given.target)
    dataset = session.datasets.add(project.id, file, file.name)
    model = given.model or next(
        (m.id for p in session.providers.list() if p.id == given.provider for m in p.models), ""
    )
    offer = session.hosted.offer(
        project.id,
        dataset.id,
        given.provider,
        model,
        given.address,
        given.price,
        dict(given.options),
        fetch=True,
    )
    amount = offer.quote.dollars
    price = "a price that is not known; give it with --price" if amount is None else f"about {dollars(amount)}"
    context.say(
        f"{offer.model.title} at {offer.provider.title}: {offer.rows:,} examples, {offer.quote.epochs} epochs, "
        f"{offer.quote.tokens:,} tokens{f' ({offer.quote.count.why})' if offer.quote.count.why else ''}: {price}."
    )
    for finding in offer.findings[:10]:
        context.warn(f"{f'Line {finding.line}: ' if finding.line else ''}{finding.message} {finding.remedy}")
    return project.id, dataset.id, offer


def _price(context: Context, session: "Session", given: Namespace) -> int:
    _, _, offer = _offer(context, session, given)
    quote = offer.quote
    context.document(
        {
            "provider": offer.provider.id,
            "address": offer.address,
            "model": offer.model.id,
            "method": offer.method,
            "rows": offer.rows,
            "validation_rows": offer.validation_rows,
            "tokens": quote.tokens,
            "exact": quote.count.exact,
            "epochs": quote.epochs,
            "cost": quote.dollars,
            "seconds": quote.seconds,
            "ready": offer.ready,
            "findings": [asdict(finding) for finding in offer.findings],
        }
    )
    return 0 if offer.ready else 1


def _order(context: Context, session: "Session", given: Namespace) -> int:
    project, dataset, offer = _offer(context, session, given)
    amount = offer.quote.dollars
    if amount is not None and given.pay is None and offer.ready:
        _consent(context, amount)
    keys.ensure(session, given.provider, given.address, given.keep_key)
    started = session.hosted.start(
        project,
        dataset,
        given.provider,
        offer.model.id,
        confirmed=amount if given.pay is None and amount is not None else given.pay or 0.0,
        cap=given.pay if given.pay is not None else 1.25 * (amount or 0.0),
        address=given.address,
        per_million=given.price,
        options=dict(given.options),
    )
    return _watch(context, session, started.id)


def _consent(context: Context, amount: float) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            f"This costs about {dollars(amount)}, and nobody can be asked here.", "Say yes with --pay DOLLARS."
        )
    context.warn(f"Your examples are sent there, and it costs about {dollars(amount)}. Type yes to order it:")
    if input().strip().lower() != "yes":
        raise UsageError("Nothing was ordered.", "Type yes when you want it.")


def _follow(context: Context, session: "Session", given: Namespace) -> int:
    found = session.runs.find(given.target, kind="train")
    keys.ensure_for(session, found.id)
    session.hosted.follow(found.id)
    return _watch(context, session, found.id)


def _watch(context: Context, session: "Session", job: str) -> int:
    following.follow(context, session, session.runs.get(job))
    done = session.runs.get(job)
    context.document(result(done))
    if not context.json and done.state.remote is not None:
        context.say(done.state.sentence)
        context.say(f"Next: studio evaluate {job}")
    return following.verdict(context, done)


def _files(context: Context, session: "Session", given: Namespace) -> int:
    keys.ensure(session, given.provider, given.address, given.keep_key)
    found = session.providers.files(given.provider, given.address)
    context.document([asdict(file) for file in found])
    for file in found if not context.json else ():
        context.say(f"{file.id}  {file.bytes:>12,} bytes  {file.name}")
    return 0


def _delete(context: Context, session: "Session", given: Namespace) -> int:
    keys.ensure(session, given.provider, given.address, given.keep_key)
    session.providers.delete_file(given.provider, given.address, given.target)
    document: dict[str, Any] = {"deleted": given.target}
    context.document(document)
    context.say(f"{given.target} is deleted there.")
    return 0


COMMAND = Command("hosted", "tune at a provider for money, and see what lies there", arguments, run)
