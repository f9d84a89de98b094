"""Conversations with the base and the tuned model of a run: the chat process, and the turns that are kept."""

import builtins
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from sqlalchemy import delete, select

from studio.errors import BusyError
from studio.inference import serve
from studio.inference.endpoint import Endpoint
from studio.inference.process import ChatServers
from studio.jobs.spec import Source
from studio.session import talks
from studio.session.database import Database
from studio.session.hosted import HostedRuns
from studio.session.jobbook import JobBook
from studio.session.tables import TurnRow
from studio.session.talks import HostedTalk, LocalTalk, Talk, Voice
from studio.session.tuned import tuned
from studio.session.values import Run, Side, Turn
from studio.settings import Settings

SERVE_HOST = "127.0.0.1"


class Chats:
    def __init__(
        self,
        settings: Settings,
        owner: str,
        database: Database,
        book: JobBook,
        servers: ChatServers,
        hosted: HostedRuns,
    ) -> None:
        self._settings = settings
        self._owner = owner
        self._database = database
        self._book = book
        self._servers = servers
        self._hosted = hosted

    def voices(self, run_id: str) -> tuple[Voice, ...]:
        """Who can be talked to about a hosted run; nobody to choose from where both models are on this machine."""
        run = self._book.run(self._book.row(run_id))
        return talks.voices(run, self._hosted.provider(run_id)) if run.kind == "hosted" else ()

    def talk(self, run_id: str, base: str = talks.HERE, tuned: str = "") -> Talk:
        """A conversation with two sides. base, tuned: ids of voices, for a hosted run ('' the last there is); what
        speaks on this machine is loaded when it is asked.

        JobError when the run has kept nothing yet, UsageError without a key, BusyError when the machine is held.
        """
        run = self._book.run(self._book.row(run_id))
        if run.kind != "hosted":
            return LocalTalk(self.open(run_id))
        provider, connection = self._hosted.connection(run_id)
        found = talks.voices(run, provider)
        sides: dict[talks.Side, Voice] = {
            "base": talks.chosen(found, base),
            "tuned": talks.chosen(found, tuned or found[-1].id),
        }
        return HostedTalk(sides, provider, connection, run, self.open_base)

    def open_base(self, run: Run) -> Endpoint:
        """The chat process of the base model that a hosted run is compared with."""
        source, name = talks.base_source()
        return self._started(source, name, {}, run.name)

    def open(self, run_id: str) -> Endpoint:
        """The chat process of a train run, with the models 'base' and 'tuned'; a living one is taken as it is, and that
        of another run of this owner gives way.

        JobError when the run has kept nothing yet, BusyError when the machine is held by something else.
        """
        run, best, work = tuned(self._book, run_id)
        return self._started(work.model, work.model_name, {"tuned": Path(best.path)}, run.name)

    def _started(self, model: Source, model_name: str, adapters: Mapping[str, Path], name: str) -> Endpoint:
        # Without the home's lock, which a slow load would keep from others: the device's lease is guard enough.
        wanted = (model, model_name, adapters, name, self._owner)
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
