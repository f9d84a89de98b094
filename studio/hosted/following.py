"""Follows a job at a provider to its end and tells it in the journal's own events, so that curve, sentences and history
work as for a training here. Everything is told once, also after a restart, late, repeated or out of order.

What the provider's clock says is used for nothing but the order of its events.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.errors import LostSightError, ServiceError
from studio.hosted import price
from studio.hosted.base import ENDED, Metric, Provider, RemoteEvent, RemoteJob, Service
from studio.hosted.course import Course
from studio.hosted.openai_words import metrics_in
from studio.hosted.statuses import ASKED, LATER, REMEDIES, SENTENCES, TOO_DEAR
from studio.hosted.steady import Steady
from studio.hosted.told import Told
from studio.jobs import control
from studio.jobs.events import Failure, Note, Remote, Result, State
from studio.jobs.journal import Journal
from studio.jobs.spec import Hosted, Spec

RESULTS = "results.csv"
MISSED = 3
"""So many times the provider may say that it knows no such job before that is believed."""
CANCEL_AGAIN_SECONDS = 30.0


class Stopped(Exception):  # noqa: N818  (a request, not an error)
    """The user asked the job to stop, and nothing had been ordered."""


class Follower:
    def __init__(
        self,
        folder: Path,
        spec: Spec,
        journal: Journal,
        provider: Provider,
        service: Service,
        steady: Steady,
    ) -> None:
        assert isinstance(spec.work, Hosted)
        self.folder = folder
        self.spec = spec
        self.work = spec.work
        self.journal = journal
        self.provider = provider
        self.service = service
        self.steady = steady
        self.told = Told(journal, provider.title)
        self._seen: set[str] = set()
        self._handled = 0.0
        self._cancelled: float | None = None
        self._too_dear = False
        self._missed = 0

    def run(self, job_id: str, course: Course, only: Callable[[], None]) -> Failure | None:
        """Follows until the job is over. Journals its last word, or gives back why it failed.

        only: sees to it that there is no second job. LostSightError when it cannot be followed now.
        """
        self.told.begin(course)
        begun = time.monotonic()
        looked = -self.steady.pace.guard
        while True:
            try:
                job = self.steady.read(lambda: self.service.job(job_id))
                events = self.steady.read(lambda: self.service.events(job_id, self._seen))
            except ServiceError as error:
                if gone := self._gone(error):
                    return gone
                continue
            self._missed = 0
            self._say(job)
            if self._take(events):
                self._checkpoints(job)
            self._spending(job, course)
            since = time.monotonic() - begun
            if job.status in ENDED or looked + self.steady.pace.guard <= since < self.steady.pace.guarded:
                looked = since
                only()
            if job.status in ENDED:
                return self._end(job, course)
            self._requests(job)
            self.steady.pause(self.steady.pace.poll)

    def _gone(self, error: ServiceError) -> Failure | None:
        """A refusal while following: a lost key leaves the job to itself; a job that is not there has failed."""
        if not error.missing:
            raise LostSightError(error.happened, error.remedy) from None
        self._missed += 1
        if self._missed < MISSED:
            self.steady.pause(self.steady.pace.poll)
            return None
        happened = f"{self.provider.title} has no such job any more."
        self._remote("failed", happened, "", "")
        return Failure(happened, "Look into its own pages; somebody may have deleted it.")

    def _say(self, job: RemoteJob) -> None:
        sentence = SENTENCES[job.status].format(place=self.provider.title, said=job.said)
        if job.status == "cancelled" and self._too_dear:
            sentence = TOO_DEAR.format(place=self.provider.title, cap=price.dollars(self.work.cap))
        elif job.status == "cancelled" and self._asked() == "stop":
            sentence = ASKED.format(place=self.provider.title)
        self._remote(job.status, sentence, job.id, job.tuned)

    def _remote(self, status: str, sentence: str, job: str, model: str) -> None:
        self.told.remote(Remote(self.provider.title, status, sentence, job, model))

    def _asked(self) -> str | None:
        asked = control.read(self.folder)
        return asked.what if asked else None

    def _take(self, events: list[RemoteEvent]) -> bool:
        """Tells these events; whether one of them speaks of a checkpoint."""
        self._seen |= {event.id for event in events}
        self.told.metrics([event.metric for event in events if event.metric is not None])
        for event in events:
            if event.metric is None and event.text:
                self.told.message(event.text)
        return any("checkpoint" in event.text.lower() for event in events)

    def _spending(self, job: RemoteJob, course: Course) -> None:
        """Cancels a job that will cost more than the user allowed, as soon as its epochs are known."""
        epochs = job.epochs or course.epochs
        self.told.epochs(epochs)
        amount = price.cost(job.tokens if job.tokens is not None else course.tokens * epochs, self.work.price)
        if amount <= self.work.cap or job.status in ENDED:
            return
        if not self._too_dear:
            self._too_dear = True
            self.journal.append(
                Note(
                    f"{self.provider.title} means to go through the examples {epochs} times, which would cost about "
                    f"{price.dollars(amount)}. Your limit is {price.dollars(self.work.cap)}, so the job is cancelled."
                )
            )
        self._cancel(job)

    def _requests(self, job: RemoteJob) -> None:
        """What the user asked for since the last look."""
        asked = control.read(self.folder)
        if asked is None:
            return
        if asked.what == "stop":
            self._cancel(job)
        elif asked.time > self._handled:
            self._handled = asked.time
            act, wanted = (self.service.pause, "paused") if asked.what == "pause" else (self.service.resume, "running")
            if job.status == wanted:
                return
            try:
                self.steady.read(lambda: act(job.id), tries=3)
            except ServiceError as error:
                self.journal.append(Note(f"{error.happened} So the job was not {asked.what}d."))

    def _cancel(self, job: RemoteJob) -> None:
        """Asks for the end, again after a while; whether it came is read from the job itself."""
        now = time.monotonic()
        if self._cancelled is not None and now - self._cancelled < CANCEL_AGAIN_SECONDS:
            return
        self._cancelled = now
        with suppress(ServiceError):
            self.service.cancel(job.id)

    def _end(self, job: RemoteJob, course: Course) -> Failure | None:
        """Everything that is still to be told, then the last word."""
        self._take(self.steady.read(lambda: self.service.events(job.id, self._seen, everything=True)))
        self._results(job)
        self._checkpoints(job)
        if job.status == "failed":
            says = f" It says: “{job.fault}”" if job.fault else " It gives no reason."
            remedy = REMEDIES.get(job.code, "Look into its own pages for the reason, then start again.")
            return Failure(f"{self.provider.title} could not finish the job.{says}", remedy)
        finished, best = job.status == "succeeded", self.told.best
        if finished:
            self.told.over()
        if finished and best and best[0] < self.told.last_step:
            self.journal.append(Note(LATER.format(step=best[0], place=self.provider.title)))
        self.journal.append(Result(self._result(job, course, finished)))
        self.journal.append(State("finished" if finished else "stopped"))
        return None

    def _results(self, job: RemoteJob) -> None:
        """The provider's own table of numbers: kept as a file, and what never came as an event is told from it."""
        for number, file_id in enumerate(job.results):
            try:
                content = self.steady.read(lambda name=file_id: self.service.results(name), tries=3)  # type: ignore[misc]
            except ServiceError as error:
                self.journal.append(Note(f"{error.happened} The table of results is missing."))
                continue
            found: list[Metric] = metrics_in(content)
            if found:
                name = RESULTS if number == 0 else f"{number + 1}-{RESULTS}"
                (self.folder / name).write_bytes(content)
                self.told.metrics(found)

    def _checkpoints(self, job: RemoteJob) -> None:
        """Tells the checkpoints so far; the tuned model, once it is there, is the last and the one that counts."""
        try:
            kept = self.steady.read(lambda: self.service.checkpoints(job.id), tries=3)
        except ServiceError:
            # Not every service keeps them; the tuned model itself is what counts.
            kept = []
        for one in kept:
            if one.model != job.tuned:
                self.told.checkpoint(one.step, one.model, best=False)
        if job.tuned:
            self.told.checkpoint(self.told.last_step, job.tuned, best=True)

    def _result(self, job: RemoteJob, course: Course, finished: bool) -> dict[str, Any]:
        """The `train` document of the command line, and what only hosted jobs have."""
        total = job.tokens if job.tokens is not None else course.tokens * (job.epochs or course.epochs)
        seconds = self.told.seconds
        best = self.told.best
        return {
            "job": self.spec.job,
            "state": "finished" if finished else "stopped",
            "method": "hosted",
            "model": self.work.model,
            "parameters": None,
            "trainable_parameters": None,
            "steps": self.told.last_step,
            "tokens": total,
            "seconds": seconds,
            "tokens_per_second": total / seconds if seconds else None,
            "peak_memory_bytes": None,
            "best_step": best[0] if best else self.told.last_step,
            "validation_loss": best[1] if best else None,
            "provider": self.provider.id,
            "tuned_model": job.tuned or None,
            "cost": price.cost(total, self.work.price) if finished else None,
        }
