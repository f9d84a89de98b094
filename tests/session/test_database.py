"""The catalogue's database: migrations, journal mode, foreign keys, errors, two processes at once."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from studio import data
from studio.errors import BusyError, StorageError, UsageError
from studio.session import Session, database, lock
from studio.session.tables import Base
from studio.settings import Settings

MIGRATIONS = Path(database.__file__).parent / "migrations"

FILLED_AT_0001 = (
    "INSERT INTO projects VALUES ('p1', 'local', 'Old', '2026-01-02 03:04:05.000000', '2026-01-02 03:04:05.000000',"
    ' \'{"tab": "chat"}\')',
    "INSERT INTO datasets VALUES ('d1', 'local', 'p1', 'old.jsonl', 'f', '2026-01-02 03:04:05.000000',"
    " '2026-01-02 03:04:05.000000', 0, 'split-1.json')",
    "INSERT INTO jobs VALUES ('j1', 'local', 'p1', 'train', 'Old run', '2026-01-02 03:04:06.000000', 'd1', 'starter',"
    " 'lora', '{}', NULL)",
    "INSERT INTO turns VALUES (1, 'local', 'p1', 'j1', 'user', 'Hello', '2026-01-02 03:04:07.000000')",
)


def test_an_empty_database_is_brought_to_the_schema_of_the_tables(settings: Settings) -> None:
    Session(settings).close()
    engine = create_engine(settings.database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_a_version_1_database_keeps_its_rows(settings: Settings, chat_file: Path) -> None:
    engine = create_engine(settings.database)
    database.migrate(engine, "0001")
    with engine.begin() as connection:
        for statement in FILLED_AT_0001:
            connection.execute(text(statement))
    engine.dispose()
    data.import_file(chat_file, settings.datasets_folder / "d1", "old.jsonl")
    with Session(settings) as session:
        project = session.projects.current()
        assert (project.id, project.name, project.created.isoformat()) == ("p1", "Old", "2026-01-02T03:04:05+00:00")
        assert session.projects.choices("p1") == {"tab": "chat"}
        assert [(run.name, run.dataset, run.version) for run in session.runs.list()] == [("Old run", "d1", 1)]
        assert session.datasets.get("d1").version == 1
        assert [version.says for version in session.datasets.versions("d1")] == ["Brought in."]
        assert session.datasets.split_file("d1").name == "split-1.json"
    with create_engine(settings.database).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_revision_in_the_code_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [database.REVISION]


def test_a_database_of_a_newer_studio_is_refused(settings: Settings) -> None:
    Session(settings).close()
    with create_engine(settings.database).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="another version"):
        Session(settings)


def test_sqlite_waits_writes_ahead_and_keeps_foreign_keys(settings: Settings) -> None:
    opened = database.Database(settings)
    with opened.read() as transaction:
        values = {
            name: transaction.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    opened.close()
    assert values == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": database.BUSY_MILLISECONDS}


def test_a_file_that_is_no_database_is_told_in_words(settings: Settings) -> None:
    (settings.home / "studio.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StorageError, match="cannot be read or written"):
        Session(settings)


def test_an_address_that_cannot_be_used_is_wrong_use(settings: Settings) -> None:
    with pytest.raises(UsageError, match="database address"):
        Session(replace(settings, database_url="nonsense"))


def test_a_home_that_cannot_be_made_is_told_in_words(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot be made"):
        Session(replace(settings, home=tmp_path / "file" / "home"))


def test_a_home_with_odd_letters_in_its_path(settings: Settings, tmp_path: Path) -> None:
    with Session(replace(settings, home=tmp_path / "100 % größe")) as session:
        assert session.projects.current().name == "My first project"


WRITER = """
import sys
from studio.settings import load
from studio.session import Session
with Session(load()) as session:
    session.projects.current()
    for number in range(25):
        session.projects.create(f"{sys.argv[1]} {number}")
        session.projects.remember(sys.argv[2], **{f"{sys.argv[1]}{number}": number})
"""


def test_two_processes_write_at_once_and_nothing_is_lost(settings: Settings) -> None:
    with Session(settings) as session:
        first = session.projects.current()
    children = [subprocess.Popen([sys.executable, "-c", WRITER, name, first.id]) for name in ("a", "b")]
    assert [child.wait(timeout=120) for child in children] == [0, 0]
    with Session(settings) as session:
        projects = session.projects.list()
        assert len(projects) == 51
        assert len(session.projects.choices(first.id)) == 50


def test_the_lock_keeps_others_out_for_a_bounded_time(settings: Settings) -> None:
    with (
        lock.hold(settings.home),
        pytest.raises(BusyError, match="Another window or command"),
        lock.hold(settings.home, seconds=0.1),
    ):
        pytest.fail("two held the lock")
    with lock.hold(settings.home, seconds=0.1):
        pass
