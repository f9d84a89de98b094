"""Conversations with the base and the tuned model of a run: the chat process, and the turns that are kept."""

import builtins
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from sqlalchemy import delete, select

from studio.data.values import Message, Role
from studio.errors import BusyError
from studio.inference import client, serve
from studio.inference.client import Reply
from studio.inference.endpoint import Endpoint
from studio.inference.process import ChatServers
from studio.session.database import Database
from studio.session.jobbook import JobBook
from studio.session.tables import TurnRow
from studio.session.tuned import tuned
from studio.session.values import Side, Turn
from studio.settings import Settings

SERVE_HOST = "127.0.0.1"


class Chats:
    def __init__(self, settings: Settings, owner: str, database: Database, book: JobBook, servers: ChatServers) -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book
        self._servers = servers

    def open(self, run_id: str) -> Endpoint:
        """The chat process of a train run, with the models 'base' and 'tuned'; a living one is taken as it is, and that
        of another run of this owner gives way.

        JobError when the run has kept nothing yet, BusyError when the machine is held by something else.
        """
        run, best, work = tuned(self._book, run_id)
        # Without the home's lock, which a slow load would keep from others: the device's lease is guard enough.
        wanted = (work.model, work.model_name, {"tuned": Path(best.path)}, run.name, self._owner)
        try:
            return self._servers.start(*wanted)
        except BusyError:
            if self.current() is None:
                raise
            self.close()
            return self._servers.start(*wanted)

    def serve(self, run_id: str, port: int, on_ready: Callable[[Endpoint], None]) -> None:
        """Serves 'base' and 'tuned' in this very process until Ctrl-C (port 0: any free one). Loads torch here.

        UsageError for a port that is taken, BusyError when the machine is held, JobError as in `open`.
        """
        run, best, work = tuned(self._book, run_id)
        serve.foreground(
            self._settings.home,
            Path(work.model.path),
            {"tuned": Path(best.path)},
            name=run.name,
            model_name=work.model_name,
            host=SERVE_HOST,
            port=port,
            token=secrets.token_urlsafe(24),
            threads=self._settings.threads,
            on_ready=on_ready,
        )

    def close(self) -> None:
        """Puts the owner's chat model away and frees the machine."""
        self._servers.stop(self._owner)

    def current(self) -> Endpoint | None:
        """The owner's chat process, None when none is at work."""
        return self._servers.current(self._owner)

    def stream(
        self,
        endpoint: Endpoint,
        model: str,
        messages: Sequence[Mapping[str, str]],
        temperature: float,
        max_tokens: int,
    ) -> Reply:
        """The answer of 'base' or 'tuned', piece by piece; closing it ends the generation.

        messages: turns as {"role", "content"}, the last one the user's.
        """
        turns = [Message(cast(Role, turn["role"]), turn["content"]) for turn in messages]
        return client.stream_chat(endpoint, model, turns, temperature, max_tokens)

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
