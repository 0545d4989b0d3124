"""The unique key of a field that has become unique: what keeps it from being so, and its filling.

In: the tables of a form with the key column already there. Out: some values that stand more than once,
or filled keys. Called by `ddl.py` in the transaction of the publish: the index must be there before the
rule counts (docs/decisions, "Publishing").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from runtime.store.columns.keys import unique_key
from runtime.store.physical import RecordTables, StoredField
from runtime.store.scopes import SystemScope

SCOPED = {"scope": SystemScope("schema")}
SLICE = 5_000
MOST_SHOWN = 5


def find_duplicates(connection: Connection, tables: RecordTables, field: StoredField) -> tuple[str, ...]:
    """Some keys that more than one live record has."""
    seen: set[int] = set()  # hashes only: a million texts would be too much to hold
    suspects: set[str] = set()
    for rows in _slices(connection, tables, field, is_live=True):
        for _, value in rows:
            key = unique_key(value)
            if key is not None and hash(key) in seen:
                suspects.add(key)
            elif key is not None:
                seen.add(hash(key))
    return _repeated(connection, tables, field, suspects) if suspects else ()


def _repeated(
    connection: Connection, tables: RecordTables, field: StoredField, suspects: set[str]
) -> tuple[str, ...]:
    """Of the suspects those that really stand twice: two texts may share a hash."""
    counts = dict.fromkeys(suspects, 0)
    for rows in _slices(connection, tables, field, is_live=True):
        for _, value in rows:
            key = unique_key(value)
            if key in counts:
                counts[key] += 1
    return tuple(sorted(key for key, count in counts.items() if count > 1)[:MOST_SHOWN])


def fill_unique_keys(connection: Connection, tables: RecordTables, field: StoredField) -> None:
    """The key of every row, deleted ones too. Old keys go first: they may stand in each other's way."""
    table = tables.table
    name = _key_of(field).name
    stale = update(table).where(table.c[name].is_not(None)).values({name: None})
    connection.execute(stale, execution_options=SCOPED)
    changed = update(table).where(table.c.id == bindparam("row")).values({name: bindparam("key")})
    for rows in _slices(connection, tables, field, is_live=False):
        keys = [{"row": row, "key": unique_key(value)} for row, value in rows]
        connection.execute(changed, keys, execution_options=SCOPED)


def _slices(
    connection: Connection, tables: RecordTables, field: StoredField, *, is_live: bool
) -> Iterator[Sequence[tuple[int, Any]]]:
    table, after = tables.table, 0
    while True:
        wanted = select(table.c.id, field.column).where(table.c.id > after).order_by(table.c.id).limit(SLICE)
        if is_live:
            wanted = wanted.where(table.c.deleted_at.is_(None))
        rows = [(row[0], row[1]) for row in connection.execute(wanted, execution_options=SCOPED)]
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _key_of(field: StoredField) -> Any:
    if field.unique_key is None:
        raise LookupError(f"field {field.id} is not unique")
    return field.unique_key
