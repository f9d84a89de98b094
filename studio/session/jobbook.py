"""The catalogue's side of jobs: their rows, and the start of one under the home's lock. What a job does and where it
stands is studio.jobs's business; what kinds of run there are, runs.py's and evaluations.py's."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import select

from studio.errors import JobError, NotFoundError
from studio.jobs.spec import Spec
from studio.jobs.supervisor import Supervisor
from studio.session import ids, lock
from studio.session.database import Database
from studio.session.tables import JobRow
from studio.session.values import Run
from studio.settings import Settings

ACTIVE = ("waiting", "preparing", "running", "pausing", "stopping")
TUNING = ("train", "hosted")
"""Kinds that leave a tuned model; who asks for 'train' gets both."""


class JobBook:
    def __init__(self, settings: Settings, owner: str, database: Database, supervisor: Supervisor) -> None:
        self.settings = settings
        self.owner = owner
        self.database = database
        self.supervisor = supervisor

    def start(self, row: JobRow, work: Callable[[], Any], secrets: Mapping[str, str] | None = None) -> Run:
        """Starts the job of `row` on `work()`; row.id, created, owner and a name that is unique are filled in here.
        secrets: what the job needs and nobody keeps.

        Holds the home's lock, so that nobody else starts or deletes meanwhile. What was written until an error is taken
        back.
        """
        with lock.hold(self.settings.home):
            row.created = ids.now()
            row.id = ids.new(row.created)
            row.owner = self.owner
            row.name = self._unique(row.project, row.name)
            spec = Spec(row.id, cast(Any, row.kind), row.name, row.created.isoformat(), work(), owner=self.owner)
            with self.database.write() as transaction:
                transaction.add(row)
            try:
                self.supervisor.start(spec, secrets)
            except BaseException:
                self.forget([row.id])
                raise
        return self.run(row)

    def row(self, job_id: str) -> JobRow:
        with self.database.read() as transaction:
            row = transaction.get(JobRow, job_id)
        if row is None or row.owner != self.owner:
            raise NotFoundError(f"There is no run {job_id}.", "See all runs with studio runs, or on the History tab.")
        return row

    def rows(
        self, project: str | None = None, kind: str | None = None, parent: str | None = None, dataset: str | None = None
    ) -> Sequence[JobRow]:
        """The owner's jobs, newest first; None asks for all. Of kind 'train' are those at a provider too."""
        query = select(JobRow).where(JobRow.owner == self.owner)
        for column, wanted in (
            (JobRow.project, project),
            (JobRow.parent, parent),
            (JobRow.dataset, dataset),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        if kind is not None:
            query = query.where(JobRow.kind.in_(TUNING if kind == "train" else (kind,)))
        with self.database.read() as transaction:
            return transaction.scalars(query.order_by(JobRow.created.desc(), JobRow.id.desc())).all()

    def run(self, row: JobRow) -> Run:
        return Run(
            id=row.id,
            project=row.project,
            kind=cast(
                Literal["prepare", "train", "evaluate", "apply", "hosted", "fetch", "merge", "rehearse"], row.kind
            ),
            name=row.name,
            created=row.created,
            dataset=row.dataset,
            model=row.model,
            method=row.method,
            options=dict(row.options),
            parent=row.parent,
            state=self.supervisor.state(row.id),
            folder=self.folder(row.id),
            version=row.version,
        )

    def folder(self, job_id: str) -> Path:
        return self.settings.jobs_folder / job_id

    def rename(self, job_id: str, name: str) -> Run:
        self.row(job_id)
        with self.database.write() as transaction:
            row = transaction.get_one(JobRow, job_id)
            row.name = name
        return self.run(row)

    def delete(self, job_id: str) -> None:
        """Deletes the job and the evaluations of it, with their folders; refused while one of them is at work."""
        with lock.hold(self.settings.home):
            doomed = [self.row(job_id), *self.rows(parent=job_id)]
            self.refuse_active(doomed)
            self.forget([row.id for row in doomed])

    def refuse_active(self, rows: Sequence[JobRow]) -> None:
        """JobError when one of these jobs is still at work."""
        for row in rows:
            state = self.supervisor.state(row.id)
            if state.state == "interrupted" and state.remote is not None:
                raise JobError(
                    f"{row.name} goes on at {state.remote.place}.",
                    "Open it: the Train tab follows it again, so that it can end or be stopped, or gives it up.",
                )
            if state.state in ACTIVE:
                raise JobError(f"{row.name} is still at work.", "Stop it, or wait until it is done, then try again.")

    def forget(self, job_ids: Sequence[str]) -> None:
        with self.database.write() as transaction:
            for job_id in reversed(job_ids):
                row = transaction.get(JobRow, job_id)
                if row is not None:
                    transaction.delete(row)
                    transaction.flush()
        for job_id in job_ids:
            shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def _unique(self, project: str, name: str) -> str:
        taken = {row.name for row in self.rows(project)}
        number, candidate = 1, name
        while candidate in taken:
            number += 1
            candidate = f"{name} {number}"
        return candidate
