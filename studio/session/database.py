"""The catalogue's database: opens it, brings it up to date, hands out short transactions. SQLite in WAL mode unless
STUDIO_DATABASE_URL names another. Foreign exceptions become StorageError here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session as Transaction

from studio.errors import StorageError, UsageError
from studio.session import lock
from studio.settings import Settings

REVISION = "0002"
"""The newest migration; a test holds it to the migrations folder."""

BUSY_MILLISECONDS = 15_000


class Database:
    """One engine for all threads of a process. Creating it migrates, under the home's lock, what is not up to date."""

    def __init__(self, settings: Settings) -> None:
        self.engine = _engine(settings.database)
        with _mapped():
            if revision(self.engine) == REVISION:
                return
        with lock.hold(settings.home), _mapped():
            migrate(self.engine)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads."""
        with _mapped(), Transaction(self.engine, expire_on_commit=False) as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that writes; commits at the end, rolls back on any exception."""
        # BEGIN IMMEDIATE: a SQLite transaction that starts as a reader cannot wait its turn to write.
        writer = self.engine.execution_options(studio_write=True)
        with _mapped(), Transaction(writer, expire_on_commit=False) as transaction, transaction.begin():
            yield transaction

    def close(self) -> None:
        self.engine.dispose()


def revision(engine: Engine) -> str | None:
    """The migration the database stands at; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def standing(settings: Settings) -> str | None:
    """The migration the settings' database stands at, without changing it; StorageError when it cannot be read."""
    engine = _engine(settings.database)
    try:
        with _mapped():
            return revision(engine)
    finally:
        engine.dispose()


def migrate(engine: Engine, target: str = "head") -> None:
    """Brings the database to the migration `target`; StorageError for one that a newer studio made."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    # A percent sign in the path would be read as an interpolation of the configuration file's format.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.execution_options(studio_write=True).begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, target)
        except CommandError as error:
            raise StorageError(
                "The database was made by another version of the studio and cannot be opened by this one.",
                "Update the studio, or choose another home folder with STUDIO_HOME.",
            ) from error


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise UsageError(
            "The database address cannot be used.",
            "Set STUDIO_DATABASE_URL to an SQLAlchemy address and install its driver, or leave it empty.",
            field="database_url",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("studio_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StorageError(
            f"The database cannot be read or written ({cause}).",
            "Check that the disk has room and that the home folder may be written, then try again.",
        ) from error
