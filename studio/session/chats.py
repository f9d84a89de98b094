"""Conversations with the base and the tuned model of a run: the chat process, and the turns that are kept."""

import builtins
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from sqlalchemy import delete, select

from studio.inference import client
from studio.inference.process import ChatServers, Endpoint
from studio.session import lock
from studio.session.database import Database
from studio.session.jobbook import JobBook
from studio.session.tables import TurnRow
from studio.session.tuned import tuned
from studio.session.values import Side, Turn
from studio.settings import Settings


class Chats:
    def __init__(self, settings: Settings, owner: str, database: Database, book: JobBook) -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book
        self._servers = ChatServers(settings)

    def open(self, run_id: str) -> Endpoint:
        """The chat process of a train run, with the models 'base' and 'tuned'; a living one is taken as it is.

        JobError when the run has kept nothing yet, BusyError when the machine is held by something else.
        """
        run, best, work = tuned(self._book, run_id)
        with lock.hold(self._settings.home):
            return self._servers.start(work.model, work.model_name, {"tuned": Path(best.path)}, run.name)

    def close(self) -> None:
        """Puts the chat model away and frees the machine."""
        self._servers.stop()

    def current(self) -> Endpoint | None:
        return self._servers.current()

    def stream(
        self,
        endpoint: Endpoint,
        model: str,
        messages: Sequence[Mapping[str, str]],
        temperature: float,
        max_tokens: int,
    ) -> Iterator[str]:
        """The answer of 'base' or 'tuned', piece by piece; closing the iterator ends the generation."""
        return client.stream_chat(endpoint, model, messages, temperature, max_tokens)

    def history(self, run_id: str) -> builtins.list[Turn]:
        """The kept turns of a run's conversation, oldest first."""
        self._book.row(run_id)
        query = select(TurnRow).where(TurnRow.owner == self._owner, TurnRow.job == run_id).order_by(TurnRow.id)
        with self._database.read() as transaction:
            rows = transaction.scalars(query).all()
        return [Turn(row.id, cast(Side, row.side), row.text, row.created) for row in rows]

    def keep(self, run_id: str, turns: Sequence[Turn]) -> builtins.list[Turn]:
        """Adds turns to the run's conversation; the whole of it."""
        row = self._book.row(run_id)
        with self._database.write() as transaction:
            for turn in turns:
                transaction.add(
                    TurnRow(
                        owner=self._owner,
                        project=row.project,
                        job=run_id,
                        side=turn.side,
                        text=turn.text,
                        created=turn.created,
                    )
                )
        return self.history(run_id)

    def clear(self, run_id: str) -> None:
        """Forgets the run's conversation."""
        self._book.row(run_id)
        with self._database.write() as transaction:
            transaction.execute(delete(TurnRow).where(TurnRow.owner == self._owner, TurnRow.job == run_id))
