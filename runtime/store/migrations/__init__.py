"""Migrations of the system tables: one line of versions, run offline by `formloom upgrade`.

In: a `Database`. Out: its schema at the newest version (a fresh database is made by the same way), or
`SchemaMismatchError` when it is newer than this program. Called by `app.wiring`. A migration may
rebuild tables, which nothing at run time may: so on SQLite foreign keys are off before BEGIN and checked
before COMMIT. All or nothing on both engines; killed in the middle, it is simply run again. Record
tables belong to publishing (`ddl.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from runtime.store.database import Database
from runtime.store.errors import SchemaMismatchError

FOLDER = Path(__file__).parent
_LOCK = 0x4D69 << 32  # of PostgreSQL's advisory locks: one upgrade at a time


def upgrade(database: Database) -> bool:
    """Brings the schema to the newest version; whether there was anything to do."""
    version = find_version(database)
    if version == newest_version():
        return False
    check_version(version)
    if version is not None:
        _back_up(database, version)
    with _migrating(database) as connection:
        before = _version_of(connection)
        check_version(before)
        command.upgrade(_config(connection), "head")
        return before != newest_version()


def find_version(database: Database) -> str | None:
    """The version the database is at; None when it is empty."""
    with database.reading() as connection:
        return _version_of(connection)


def is_current(database: Database) -> bool:
    return find_version(database) == newest_version()


def newest_version() -> str:
    head = _scripts().get_current_head()
    if head is None:
        raise SchemaMismatchError("this program has no migrations")
    return head


def check_version(version: str | None) -> None:
    """Refuses a database that a newer program has upgraded."""
    if version is not None and version not in {one.revision for one in _scripts().walk_revisions()}:
        raise SchemaMismatchError(
            f"the database is at version {version}, which this program does not know: use the newer one"
        )


def _back_up(database: Database, version: str) -> None:
    """A copy of the file beside it, as it was before. PostgreSQL is backed up by its own tools."""
    if database.path is None:
        return
    copy = database.path.with_name(f"{database.path.name}.before-{newest_version()}-was-{version}")
    copy.unlink(missing_ok=True)  # of an upgrade that did not come to its end, and so changed nothing
    with database.maintaining() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction in which tables may be rebuilt."""
    if database.dialect == "postgresql":
        with database.writing() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
        return
    with database.maintaining() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            _check_references(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise SchemaMismatchError(f"rows of {broken[0]} would refer to nothing in {broken[2]}")


def _version_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))
