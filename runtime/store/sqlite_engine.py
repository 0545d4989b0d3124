"""SQLite as a server: its connections, pragmas and transactions.

In: a URL. Out: the readers' engine and the writer's. Called by `database.py`.
The driver's own transaction handling is off (`isolation_level=None`): it would commit before DDL. A
writer begins with BEGIN IMMEDIATE behind the gate and is the only one that checkpoints; readers begin
a snapshot and cannot write at all.
"""

from __future__ import annotations

import importlib
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from runtime.store.statements import guard

BUSY_MILLISECONDS = 5_000
CACHE_KIBIBYTES = 16_384  # per connection; 64 MB each took 550 MiB
NO_TRANSACTION = "formloom_no_transaction"  # execution option: statements stand alone
READERS_KEPT = 8
MOST_READERS = 32

COMMON_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA synchronous=FULL",
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA cache_size=-{CACHE_KIBIBYTES}",
)
WRITER_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA journal_size_limit=67108864")
READER_PRAGMAS = ("PRAGMA wal_autocheckpoint=0", "PRAGMA query_only=ON")


def open_writer(url: URL) -> Engine:
    """One connection; the gate sees to it that nobody waits for it here."""
    engine = create_engine(
        url,
        connect_args=_connect_args(),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        use_insertmanyvalues=True,
    )
    _prepare(engine, (*COMMON_PRAGMAS, *WRITER_PRAGMAS), "BEGIN IMMEDIATE")
    return engine


def open_readers(url: URL) -> Engine:
    """A pool of connections that only read, each transaction one snapshot."""
    engine = create_engine(
        url,
        connect_args=_connect_args(),
        poolclass=QueuePool,
        pool_size=READERS_KEPT,
        max_overflow=MOST_READERS - READERS_KEPT,
        pool_use_lifo=True,
    )
    _prepare(engine, (*COMMON_PRAGMAS, *READER_PRAGMAS), "BEGIN")
    return engine


def _connect_args() -> dict[str, Any]:
    return {"isolation_level": None, "check_same_thread": False, "cached_statements": 512}


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()
        register_exact_functions(connection)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        if not connection.get_execution_options().get(NO_TRANSACTION):
            connection.exec_driver_sql(begin)

    guard(engine)


def register_exact_functions(connection: Any) -> None:
    """The exact functions and aggregates that translated expressions may call (store/functions.py)."""
    importlib.import_module("runtime.store.functions").register_functions(connection)
