"""`studio serve JOB`: the base and the tuned model as an OpenAI-compatible server in this process, until Ctrl-C."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from studio.cli.context import Command, Context
from studio.errors import UsageError

if TYPE_CHECKING:
    from studio.inference.endpoint import Endpoint


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument("--port", type=int, default=0, help="where to listen on this machine (default: a free port)")


def run(context: Context, given: Namespace) -> int:
    if not 0 <= given.port <= 65535:
        raise UsageError(f"The port {given.port} does not exist.", "Use a number from 0 to 65535.", field="port")
    with context.session() as session:
        found = session.runs.find(given.job, kind="train")

        def ready(endpoint: "Endpoint") -> None:
            context.document(
                {
                    "job": found.id,
                    "base_url": endpoint.base_url,
                    "api_key": endpoint.api_key,
                    "models": list(endpoint.models),
                }
            )
            context.say(f"{found.name} is served at {endpoint.base_url} (models: {', '.join(endpoint.models)}).")
            if not context.json:
                context.say(f"Key: {endpoint.api_key}")
            context.say("Press Ctrl-C to end it.")

        session.chats.serve(found.id, given.port, ready)
    return 0


COMMAND = Command("serve", "serve the tuned model of a run to other programs", arguments, run)
