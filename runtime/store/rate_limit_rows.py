"""Rows of `rate_limit`: attempts per key in a window.

In: a connection and a key. Out: the row, locked until the transaction ends. Called by
`runtime.ratelimits`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from runtime.store.database import dialect_of
from runtime.store.schema import rate_limit


def lock(connection: Connection, key: str, now: datetime) -> Row[Any]:
    """The key's row, made when there is none, and nobody else's until the end."""
    insert = postgresql.insert if dialect_of(connection) == "postgresql" else sqlite.insert
    row = insert(rate_limit).values(key=key, started_at=now, attempts=0, blocked_until=None)
    connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))
    return connection.execute(select(rate_limit).where(rate_limit.c.key == key).with_for_update()).one()


def save(
    connection: Connection, key: str, started_at: datetime, attempts: int, blocked_until: datetime | None
) -> None:
    values = {"started_at": started_at, "attempts": attempts, "blocked_until": blocked_until}
    connection.execute(update(rate_limit).where(rate_limit.c.key == key).values(**values))


def remove(connection: Connection, key: str) -> None:
    connection.execute(delete(rate_limit).where(rate_limit.c.key == key))


def give_back(connection: Connection, key: str) -> None:
    """One attempt less: it was no failure."""
    attempts = case((rate_limit.c.attempts > 0, rate_limit.c.attempts - 1), else_=0)
    connection.execute(update(rate_limit).where(rate_limit.c.key == key).values(attempts=attempts))


def remove_before(connection: Connection, moment: datetime) -> None:
    """Forgets windows that are long over."""
    connection.execute(delete(rate_limit).where(rate_limit.c.started_at < moment))
