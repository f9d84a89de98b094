"""Who can be talked to about a run: the base and the tuned model on this machine, or models at a provider beside one of
this machine. A talk has two sides, base and tuned, whoever speaks on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from studio import models
from studio.data.values import Message, Role
from studio.errors import JobError, UsageError
from studio.hosted.base import Connection, Provider
from studio.hosted.talk import Reply as HostedReply
from studio.hosted.talk import Used
from studio.inference import client
from studio.inference.client import Reply
from studio.inference.endpoint import Endpoint
from studio.jobs.spec import Source
from studio.session.values import Run

Side = Literal["base", "tuned"]
HERE, THERE, TUNED = "here", "base", "tuned"


@dataclass(frozen=True)
class Voice:
    """One model that can take a side. id: 'here' (the recommended base model, on this machine), 'base', 'tuned', or a
    checkpoint's model; name: for people; model: what the provider calls it, '' for one of this machine."""

    id: str
    name: str
    model: str = ""


def voices(run: Run, provider: Provider) -> tuple[Voice, ...]:
    """Everybody who can be talked to about a hosted run, base models first; JobError when it has left no model."""
    remote = run.state.remote
    kept = [one for one in run.state.checkpoints if one.path]
    if remote is None or not kept:
        raise JobError(f"{run.name} has left no model yet.", "Wait until it is done.")
    local = models.resolve("recommended")
    found = [Voice(HERE, f"{local.name}, on this machine"), Voice(THERE, f"{run.model} at {provider.title}", run.model)]
    for one in kept:
        if one.path != remote.model:
            found.append(Voice(one.path, f"Tuned, as of step {one.step}", one.path))
    if remote.model:
        found.append(Voice(TUNED, f"Tuned at {provider.title}", remote.model))
    return tuple(found)


class LocalTalk:
    """Both sides on this machine."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def stream(self, side: Side, messages: Sequence[Mapping[str, str]], temperature: float, max_tokens: int) -> Reply:
        """The side's answer, piece by piece; closing it ends the generation. messages: turns as {"role", "content"}."""
        turns = [Message(cast(Role, turn["role"]), turn["content"]) for turn in messages]
        return client.stream_chat(self.endpoint, side, turns, temperature, max_tokens)

    def cost(self) -> float | None:
        """Nothing: the machine is one's own."""
        return None


class HostedTalk:
    """Sides that may speak from a provider. base: opens the base model on this machine. cost: what its answers took so
    far."""

    def __init__(
        self,
        sides: Mapping[Side, Voice],
        provider: Provider,
        connection: Connection,
        run: Run,
        base: Callable[[Run], Endpoint],
    ) -> None:
        self._sides = sides
        self._provider = provider
        self._connection = connection
        self._run = run
        self._base = base
        self._replies: list[HostedReply] = []

    def stream(
        self, side: Side, messages: Sequence[Mapping[str, str]], temperature: float, max_tokens: int
    ) -> Reply | HostedReply:
        voice = self._sides[side]
        if not voice.model:
            return LocalTalk(self._base(self._run)).stream("base", messages, temperature, max_tokens)
        reply = HostedReply(self._provider, self._connection, voice.model, messages, temperature, max_tokens)
        self._replies.append(reply)
        return reply

    def cost(self) -> float | None:
        """US dollars for the answers of this talk; None where the price is not known."""
        used = sum((reply.used for reply in self._replies), Used())
        return used.dollars(self._provider.model(self._run.model).price)


Talk = LocalTalk | HostedTalk


def labels_of(reply: Reply | HostedReply) -> tuple[tuple[str, float], ...]:
    """The likeliest labels with their probabilities, where a classifier has answered; empty of a written answer."""
    return reply.labels if isinstance(reply, Reply) else ()


def sure(labels: Sequence[tuple[str, float]]) -> str:
    """How sure a classifier is, for people."""
    return ", ".join(f"{label} {100 * share:.0f} %" for label, share in labels)


def chosen(found: Sequence[Voice], wanted: str) -> Voice:
    """The voice of that id; UsageError names those there are."""
    for voice in found:
        if voice.id == wanted:
            return voice
    raise UsageError(f"There is no model {wanted} to talk to.", f"Choose one of: {', '.join(v.id for v in found)}.")


def base_source() -> tuple[Source, str]:
    """The base model of this machine that hosted ones are compared with."""
    found = models.resolve("recommended")
    return Source(str(Path(found.path)), found.fingerprint), found.name
