"""The database: one URL, two ways in, `reading` and `writing`, on SQLite and PostgreSQL alike.

In: `DATABASE_URL`. Out: `Database` whose contexts give a `Connection` (opaque outside the store), and
`RetryError` when the database asks for the unit of work again. Called by `runtime.platform`, the
command line and tests. Nothing else opens connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from runtime.store import postgres_engine, process_lock, sqlite_engine
from runtime.store.errors import RetryError, StoreError, UniqueConflictError, UnscopedStatementError
from runtime.store.statements import recorded_statements

__all__ = [
    "Connection",
    "Database",
    "RetryError",
    "UniqueConflictError",
    "UnscopedStatementError",
    "dialect_of",
    "recorded_statements",
    "retrying",
]

Dialect = Literal["sqlite", "postgresql"]
Result = TypeVar("Result")
TRIES = 3
# Serialisation failure, deadlock, lock not available; the server is going down or starting.
_RETRY_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "57P03"})
_RETRY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED")


class Database:
    """Where everything is kept. Thread safe; one a process."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.dialect: Dialect = _dialect(self.url.get_backend_name())
        self._file: process_lock.SharedFile | None = None
        if self.dialect == "sqlite":
            self._open_sqlite()
        else:
            self._writers = postgres_engine.open_writers(self.url.set(drivername="postgresql+psycopg"))
            self._readers = postgres_engine.open_readers(self._writers)

    def _open_sqlite(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise StoreError("SQLite needs a file: sqlite:///path/to/formloom.db")
        path = Path(self.url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = process_lock.open_file(path)
        self._writers = sqlite_engine.open_writer(self.url)
        self._readers = sqlite_engine.open_readers(self.url)

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database."""
        return self._file.path if self._file else None

    @property
    def version(self) -> str:
        """For the first line of a log: "SQLite 3.53.1", "PostgreSQL 18.4"."""
        with self._readers.connect() as connection:
            numbers = connection.dialect.server_version_info or ()
        name = "SQLite" if self.dialect == "sqlite" else "PostgreSQL"
        return f"{name} {'.'.join(str(one) for one in numbers)}"

    @property
    def queue_length(self) -> int:
        """How many threads wait for their turn to write (SQLite)."""
        return self._file.gate.queue_length if self._file else 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one snapshot and cannot write."""
        if self._file:
            self._file.check_process()
        with _translated_errors(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back when the body raises."""
        if self._file:
            self._file.check_process()
        gate = self._file.gate if self._file else nullcontext()
        with gate, _translated_errors(), self._writers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def maintaining(self) -> Iterator[Connection]:
        """A connection outside any transaction, for what must not run in one: CREATE INDEX
        CONCURRENTLY on PostgreSQL; VACUUM, backup and offline migrations on SQLite."""
        gate = self._file.gate if self._file else nullcontext()
        options = {sqlite_engine.NO_TRANSACTION: True} if self._file else {"isolation_level": "AUTOCOMMIT"}
        with gate, _translated_errors(), self._writers.execution_options(**options).connect() as connection:
            yield connection

    def close(self) -> None:
        """Gives back connections and the file; the writer goes last and takes the log into the file."""
        self._readers.dispose()
        self._writers.dispose()
        if self._file:
            process_lock.close_file(self._file)
            self._file = None

    @property
    def engines(self) -> tuple[Engine, ...]:
        """For the store's own tests and tools."""
        return (self._writers, self._readers)


def dialect_of(connection: Connection) -> Dialect:
    """Which engine a connection speaks to."""
    return _dialect(connection.dialect.name)


def retrying(database: Database, task: Callable[[Connection], Result], *, tries: int = TRIES) -> Result:
    """Performs `task` in a transaction of its own, again when the database asks for it."""
    for left in reversed(range(tries)):
        try:
            with database.writing() as connection:
                return task(connection)
        except RetryError:
            if not left:
                raise
    raise AssertionError("a task ends by a result or an exception")


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, StoreError):  # a column refused a value
            raise error.orig from error
        translated = _translate(error) if isinstance(error, DBAPIError) else None
        if translated is None:
            raise
        raise translated from error


def _translate(error: DBAPIError) -> RetryError | None:
    original = error.orig
    if error.connection_invalidated:
        return RetryError("the connection to the database was lost")
    if getattr(original, "sqlstate", None) in _RETRY_STATES:
        return RetryError(str(original))
    if str(getattr(original, "sqlite_errorname", "")).startswith(_RETRY_SQLITE):
        return RetryError(str(original))
    if isinstance(error, IntegrityError):
        index = _unique_record_index(original)
        return UniqueConflictError(index) if index else None
    return None


def _unique_record_index(original: object) -> str | None:
    """The name of the unique index of a record table that refused a row; others are mistakes of ours."""
    diagnostic = getattr(original, "diag", None)
    name = getattr(diagnostic, "constraint_name", None) or ""
    if name.startswith("ux_r_"):
        return str(name)
    text = str(original)
    marker = "UNIQUE constraint failed: r_"
    return text[text.find("r_") :] if marker in text else None


def _dialect(name: str) -> Dialect:
    if name == "sqlite":
        return "sqlite"
    if name == "postgresql":
        return "postgresql"
    raise StoreError(f"DATABASE_URL names {name}: SQLite and PostgreSQL are what Formloom runs on")
