"""Hosted tuning: what a job would cost, start, follow again, pause. A hosted run is a run like any other once it is
started; keys and what lies at a provider are providers.py's."""

import builtins
import secrets
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from studio import data, hosted
from studio.errors import JobError, NotFoundError, StudioError, UsageError
from studio.hosted import price, rows
from studio.hosted.base import Connection, Provider, RemoteFile
from studio.hosted.offer import Offer, offered
from studio.jobs import spec as specs
from studio.jobs.spec import Hosted, Source
from studio.session import lock
from studio.session.datasets import Datasets
from studio.session.jobbook import ACTIVE, JobBook
from studio.session.projects import checked_name
from studio.session.providers import Providers, told
from studio.session.tables import JobRow
from studio.session.values import Run
from studio.settings import Settings

KIND = "hosted"
NEARLY = 1.01
"""An amount that grew by no more than this since it was confirmed is still the same."""


class HostedRuns:
    def __init__(self, settings: Settings, datasets: Datasets, book: JobBook, providers: Providers) -> None:
        self._settings = settings
        self._datasets = datasets
        self._book = book
        self._providers = providers

    def offer(
        self,
        project_id: str,
        dataset_id: str,
        provider_id: str,
        model: str,
        address: str = "",
        per_million: float | None = None,
        options: Mapping[str, Any] | None = None,
        fetch: bool = False,
    ) -> Offer:
        """What a job on this data would be and cost. per_million: the price that the user was told, where the register
        has none. fetch: the model's public vocabulary may be got, so that the count is exact.

        Raises DataError, OptionError or UsageError for what cannot be used. Nothing of the data leaves the machine.
        """
        provider = hosted.get(provider_id, address)
        dataset = self._datasets.get(dataset_id)
        if dataset.project != project_id:
            raise NotFoundError(f"There is no data set {dataset_id} in this project.", "Choose one from the Data tab.")
        split, examples = self._datasets.current_split(dataset_id), data.load_examples(dataset.rows)
        return offered(
            provider,
            self._providers.address(provider_id, address),
            model.strip(),
            [examples[row] for row in split.training],
            [examples[row] for row in split.validation],
            options or {},
            per_million,
            self._earlier(provider_id, model.strip()),
            fetch,
        )

    def start(
        self,
        project_id: str,
        dataset_id: str,
        provider_id: str,
        model: str,
        confirmed: float,
        cap: float,
        address: str = "",
        per_million: float | None = None,
        options: Mapping[str, Any] | None = None,
        name: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Run:
        """Orders the job, in a process of its own, and returns at once.

        confirmed: the amount in US dollars that the user was shown and said yes to; cap: the most that may be spent.
        more: what the provider needs besides an address and a key. Raises as `offer` does; JobError when the amount is
        another by now, UsageError without a key or one of its needs.
        """
        offer = self.offer(project_id, dataset_id, provider_id, model, address, per_million, options)
        rows.refuse(offer.findings)
        amount, per = offer.quote.dollars, offer.quote.per_million
        if amount is None or per is None:
            raise UsageError(
                "What this provider charges is not known here.",
                "Give its price per million training tokens, 0 if it costs nothing.",
                field="price",
            )
        if amount > confirmed * NEARLY:
            raise JobError(
                f"This costs about {price.dollars(amount)} by now, not {price.dollars(confirmed)}.",
                "Look at the price again, then confirm it.",
            )
        if amount > cap:
            raise JobError(
                f"This costs about {price.dollars(amount)}, more than your limit of {price.dollars(cap)}.",
                "Raise the limit, or use fewer epochs.",
            )
        needed = told(offer.provider, more or {})
        key = self._providers.key(offer.provider, offer.address)
        dataset = self._datasets.get(dataset_id)
        row = JobRow(
            project=project_id,
            kind=KIND,
            name=checked_name(name or f"{Path(dataset.name).stem}, {offer.model.title} at {offer.provider.title}"),
            dataset=dataset.id,
            version=dataset.version,
            model=offer.model.id,
            method=KIND,
            options=offer.options.model_dump(),
            parent=None,
        )
        split = self._datasets.split_file(dataset_id)

        def work() -> Hosted:
            return Hosted(
                data=Source(str(dataset.rows), data.fingerprint(dataset.rows)),
                split=Source(str(split), data.fingerprint(split)),
                provider=offer.provider.id,
                address=offer.address,
                model=offer.model.id,
                method=offer.method,
                options=offer.options.model_dump(),
                mark=secrets.token_hex(6),
                price=per,
                cap=cap,
                private=self._providers.private,
                more=needed,
            )

        return self._book.start(row, work, {"key": key})

    def follow(self, run_id: str, key: str | None = None) -> Run:
        """Follows a run again whose process is gone; key: a new one for its provider. JobError when it needs nobody,
        UsageError without a key."""
        row = self._book.row(run_id)
        work = self.work(run_id)
        if key:
            self._providers.give_key(work.provider, work.address, key)
        found = self._providers.key(self.provider(run_id), work.address)
        with lock.hold(self._settings.home):
            self._book.supervisor.follow(run_id, {"key": found})
        return self._book.run(row)

    def reattach(self) -> builtins.list[Run]:
        """Follows every run of the owner again that is left alone and whose key is at hand; these runs. One that cannot
        be followed stays as it is, and its page says so."""
        found = []
        for run in self.left_alone():
            with suppress(StudioError):
                work = self.work(run.id)
                if self._providers.has_key(work.provider, work.address):
                    found.append(self.follow(run.id))
        return found

    def left_alone(self) -> builtins.list[Run]:
        """Runs that go on at a provider while nobody here follows them."""
        runs = (self._book.run(row) for row in self._book.rows(kind=KIND))
        return [run for run in runs if run.state.state == "interrupted" and run.state.remote is not None]

    def give_up(self, run_id: str) -> None:
        """Deletes a run that nobody follows, and its evaluations, here alone: what goes on at the provider goes on.
        JobError for a run that can be stopped or deleted as any other."""
        with lock.hold(self._settings.home):
            row = self._book.row(run_id)
            if run_id not in [run.id for run in self.left_alone()]:
                raise JobError(f"{row.name} is not left alone at a provider.", "Stop it, or delete it on History.")
            judged = self._book.rows(parent=run_id)
            self._book.refuse_active(judged)
            self._book.forget([run_id, *(other.id for other in judged)])

    def pause(self, run_id: str) -> None:
        """Asks the provider to pause the run; JobError where it is not at work or the provider cannot."""
        self._ask(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Asks it to go on."""
        self._ask(run_id, "resume")

    def work(self, run_id: str) -> Hosted:
        """What a hosted run was told; JobError for another kind of run."""
        row = self._book.row(run_id)
        work = specs.read(self._book.folder(run_id)).work
        if not isinstance(work, Hosted):
            raise JobError(f"{row.name} runs on this machine.", "Choose a run at a provider.")
        return work

    def files(self, run_id: str) -> builtins.list[RemoteFile]:
        """The files of a run that still lie at its provider."""
        work = self.work(run_id)
        found = self._providers.files(work.provider, work.address, work.more)
        return [file for file in found if work.mark in file.name]

    def delete_file(self, run_id: str, file_id: str) -> None:
        """Deletes one of them there."""
        work = self.work(run_id)
        self._providers.delete_file(work.provider, work.address, file_id, work.more)

    def delete_model(self, run_id: str) -> None:
        """Deletes the tuned model of a run at its provider; JobError when it has none."""
        work, remote = self.work(run_id), self._book.supervisor.state(run_id).remote
        if remote is None or not remote.model:
            raise JobError("This run has no tuned model.", "There is nothing to delete.")
        with closing(self._providers.service(work.provider, work.address, work.more)) as service:
            service.delete_model(remote.model)

    def provider(self, run_id: str) -> Provider:
        """Where a hosted run is."""
        work = self.work(run_id)
        return hosted.get(work.provider, work.address)

    def connection(self, run_id: str) -> tuple[Provider, Connection]:
        """How to reach the provider of a run, key included; for the chat and the evaluation, never for a page."""
        provider, work = self.provider(run_id), self.work(run_id)
        return provider, self._providers.connection(provider, work.address, work.more)

    def _ask(self, run_id: str, what: Any) -> None:
        row, provider = self._book.row(run_id), self.provider(run_id)
        if not provider.pauses:
            raise JobError(f"{provider.title} cannot pause a job.", "Let it run, or stop it.")
        if self._book.supervisor.state(run_id).state not in ACTIVE:
            raise JobError(f"{row.name} is not at work.", "Follow it again first.")
        self._book.supervisor.ask(run_id, what)

    def _earlier(self, provider_id: str, model: str) -> builtins.list[tuple[int, float]]:
        """Tokens and seconds of the owner's finished runs with this provider and model."""
        results = [
            self._book.supervisor.state(row.id).result or {} for row in self._book.rows(kind=KIND) if row.model == model
        ]
        return [
            (int(result["tokens"]), float(result["seconds"]))
            for result in results
            if result.get("provider") == provider_id and result.get("state") == "finished" and result.get("seconds")
        ]
