"""Locks by name: writers of records share a form, a publish has it alone (docs/decisions, "Stale writers").

In: a connection and what is to be held. Out: nothing; held until the transaction ends. On SQLite the
one writer holds everything already. On PostgreSQL these are advisory locks, keyed by a hash of the
name. Called by `runtime.platform`, `runtime.publishing`, `runtime.drafts` and the `*_rows` modules.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, select

from runtime.store.database import dialect_of


def share(connection: Connection, number: int) -> None:
    """For writing records of the form whose main table is r_<number>."""
    _take(connection, func.pg_advisory_xact_lock_shared, f"form/{number}")


def exclude(connection: Connection, number: int) -> None:
    """For changing that form."""
    _take(connection, func.pg_advisory_xact_lock, f"form/{number}")


def exclude_app(connection: Connection, workspace_id: int, app_id: str) -> None:
    """For changing the drafts or definitions of an app."""
    _take(connection, func.pg_advisory_xact_lock, f"app/{workspace_id}/{app_id}")


def exclude_named(connection: Connection, name: str) -> None:
    """For anything else that one at a time may do."""
    _take(connection, func.pg_advisory_xact_lock, name)


def _take(connection: Connection, lock: Any, name: str) -> None:
    if dialect_of(connection) == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        connection.execute(select(lock(cast(key, BigInteger))))
