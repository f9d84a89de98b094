"""A hosted job set up as the session does it, and how the tests run its body in this process, against the stand-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import data
from studio.data.table import write_examples
from studio.data.values import Example, Message
from studio.errors import StudioError
from studio.hosted import body
from studio.hosted.steady import Pace
from studio.jobs import control, journal
from studio.jobs.journal import Journal
from studio.jobs.spec import Hosted, Source, Spec
from studio.jobs.state import JobState, fold
from studio.worker import explain
from tests.fakes.openai_server import Fake

KEY = "sk-canary-7f3a91"
MODEL = "gpt-4o-mini-2024-07-18"
FAST = Pace(poll=0.005, first=0.005, longest=0.02, settle=(0.02, 0.05, 0.1, 0.2), tries=4, tell=0.02, guard=0.1)


def example(number: int, preference: bool = False) -> Example:
    kind, word = ("billing", "charged twice") if number % 2 else ("bug", "app crashes")
    turns = (
        Message("system", "Classify tickets as JSON."),
        Message("user", f"{word}, ticket {number}"),
        Message("assistant", f'{{"category": "{kind}"}}'),
    )
    return Example(number + 1, turns, (Message("assistant", "No idea."),) if preference else ())


@dataclass
class Made:
    """One job: its folder, and what is known of it from there."""

    folder: Path
    spec: Spec

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = journal.read(self.folder / journal.FILE, "0").events
        return [event for event in found if kind in (None, event["type"])]

    def state(self) -> JobState:
        asked = control.read(self.folder)
        return fold(self.events(), asked.what if asked else None, alive=False)

    def steps(self) -> list[int]:
        return [event["step"] for event in self.events("step")]

    def run(self, key: str = KEY, pace: Pace = FAST) -> StudioError | None:
        """The body as the worker runs it; the error it ended with."""
        self.spec.write(self.folder)
        with Journal(self.folder) as writer:
            try:
                body.run(self.folder, self.spec, writer, {"key": key}, pace)
            except Exception as error:
                told = explain(error)
                assert key not in told.details
                if not isinstance(error, StudioError):
                    raise
                return error
        return None


def make(fake: Fake, place: Path, examples: Sequence[Example] | None = None, job: str = "job1", **work: Any) -> Made:
    """A job over 60 examples (48 of them to learn from) unless others are given."""
    place.mkdir(parents=True, exist_ok=True)
    folder = place / job
    folder.mkdir()
    stored = place / f"{job}.parquet"
    rows = list(examples) if examples is not None else [example(number) for number in range(60)]
    write_examples(rows, stored)
    split = data.save_split(data.make_split(rows), place)
    given = {
        "provider": "other",
        "address": fake.address,
        "model": MODEL,
        "method": "supervised",
        "options": {},
        "mark": f"mark{job}",
        "price": 3.0,
        "cap": 5.0,
        "private": True,
    }
    sources = {name: Source(str(path), data.fingerprint(path)) for name, path in (("data", stored), ("split", split))}
    spec = Spec(job, "hosted", "Tickets, hosted", "2026-01-01T00:00:00Z", Hosted(**sources, **(given | work)))
    return Made(folder, spec)
