"""Rows of `counter`: one per serial field and period; taking from it locks it until the commit.

In: a connection. Out: the last number taken. Called by `runtime.serials`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, case
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from runtime.store.database import dialect_of
from runtime.store.schema import counter

_INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
_KEY = ("workspace_id", "number", "field", "period")


def take(connection: Connection, workspace_id: int, number: int, field: str, period: str, count: int) -> int:
    """Takes `count` numbers; answers the last of them."""
    added = counter.c.value + bindparam("added")
    values = {**_key(workspace_id, number, field, period), "value": count}
    taken = _upsert(connection, added).returning(counter.c.value)
    return int(connection.execute(taken, {**values, "added": count}).scalar_one())


def pass_by(
    connection: Connection, workspace_id: int, number: int, field: str, period: str, at_least: int
) -> None:
    """The count goes on after `at_least`, unless it is already further."""
    further: Any = bindparam("at_least")
    later = case((counter.c.value < further, further), else_=counter.c.value)
    values = {**_key(workspace_id, number, field, period), "value": at_least}
    connection.execute(_upsert(connection, later), {**values, "at_least": at_least})


def _key(workspace_id: int, number: int, field: str, period: str) -> dict[str, Any]:
    return dict(zip(_KEY, (workspace_id, number, field, period), strict=True))


def _upsert(connection: Connection, value: Any) -> Any:
    inserted = _INSERTS[dialect_of(connection)](counter).values(
        {name: bindparam(name) for name in (*_KEY, "value")}
    )
    return inserted.on_conflict_do_update(index_elements=list(_KEY), set_={"value": value})
