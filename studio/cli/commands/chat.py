"""`studio chat JOB`: talk to the tuned model (or the base model) on the terminal, or get one answer."""

import contextlib
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.cli import keys
from studio.cli.context import Command, Context
from studio.errors import UsageError

if TYPE_CHECKING:
    from studio.session import Session
    from studio.session.talks import Side, Talk

LEAVE = ("/quit", "/exit")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="the training run: its id, the beginning of it, or last")
    parser.add_argument("--prompt", metavar="TEXT", help="ask this once and print the answer")
    parser.add_argument("--base", action="store_true", help="ask the base model instead of the tuned one")
    parser.add_argument("--system", metavar="TEXT", help="a system prompt before the conversation")
    parser.add_argument("--temperature", type=float, default=0.0, help="0 (default) always gives the likeliest answer")
    parser.add_argument("--max-tokens", type=int, default=256, metavar="N", help="the longest answer (default: 256)")


def run(context: Context, given: Namespace) -> int:
    if context.json and given.prompt is None:
        raise UsageError("A conversation has no single JSON document.", "Ask one question with --prompt TEXT.")
    if not 0 <= given.temperature <= 2:
        raise UsageError(f"The temperature is {given.temperature:g}.", "Use a number from 0 to 2.")
    if given.max_tokens < 1:
        raise UsageError(f"--max-tokens is {given.max_tokens}.", "Use a number from 1 up.")
    with context.session() as session, _opened(context, session, given.job) as (job, opened):
        talk = _Talk(context, opened, given)
        if given.prompt is None:
            talk.converse()
            return 0
        answer = talk.ask(given.prompt)
    document = {"job": job, "model": talk.model, "prompt": given.prompt, "answer": answer}
    if talk.labels:
        document["labels"] = [{"label": label, "probability": share} for label, share in talk.labels]
    context.document(document)
    return 0


@contextlib.contextmanager
def _opened(context: Context, session: "Session", reference: str) -> "Iterator[tuple[str, Talk]]":
    found = session.runs.find(reference, kind="train")
    keys.ensure_for(session, found.id)
    before = session.chats.current()
    if before is None and found.kind == "train":
        context.warn("Loading the model.")
    # Of a hosted run both sides are at its provider: the command line compares like with like.
    talk = session.chats.talk(found.id, base="base")
    try:
        yield found.id, talk
    finally:
        # A chat model that the page opened stays; one of our own would keep the machine from the next run.
        if before is None:
            session.chats.close()


class _Talk:
    """One conversation: what was said so far, and how to ask on."""

    def __init__(self, context: Context, talk: "Talk", given: Namespace) -> None:
        self.model: Side = "base" if given.base else "tuned"
        self._context = context
        self._talk = talk
        self._given = given
        self._messages: list[dict[str, str]] = []
        self.labels: tuple[tuple[str, float], ...] = ()
        self.clear()

    def clear(self) -> None:
        system = self._given.system
        self._messages = [{"role": "system", "content": system}] if system else []

    def ask(self, prompt: str) -> str:
        """Prints the answer as it comes (with --json it is only returned). Ctrl-C cuts an answer short."""
        from studio.session.talks import labels_of, sure

        self._messages.append({"role": "user", "content": prompt})
        pieces = []
        reply = self._talk.stream(self.model, self._messages, self._given.temperature, self._given.max_tokens)
        try:
            for piece in reply:
                pieces.append(piece)
                if not self._context.json:
                    print(piece, end="", flush=True)
        except BaseException:
            reply.close()
            # The cut answer is forgotten with its question, so that the turns keep alternating.
            self._messages.pop()
            raise
        if not self._context.json:
            print(flush=True)
        self.labels = labels_of(reply)
        if self.labels:
            self._context.say(f"({sure(self.labels)})")
        answer = "".join(pieces)
        if not answer:
            self._context.warn("The model ended its answer at once.")
        self._messages.append({"role": "assistant", "content": answer})
        return answer

    def converse(self) -> None:
        self._context.say(f"You talk to the {self.model} model. /clear begins anew, /quit leaves.")
        while True:
            try:
                prompt = input("> " if sys.stdin.isatty() else "").strip()
            except (EOFError, KeyboardInterrupt):
                return
            if prompt in LEAVE:
                return
            if prompt == "/clear":
                self.clear()
            elif prompt:
                try:
                    self.ask(prompt)
                except KeyboardInterrupt:
                    self._context.say("")


COMMAND = Command("chat", "talk to the tuned model of a run", arguments, run)
