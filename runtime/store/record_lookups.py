"""Finding records by what stands in them: keys of an import, links given by a key, used values.

In: the tables of a form and sets of strict values. Out: record ids by value. Called by `runtime.rows`,
`runtime.resolution` and imports. One statement per set. A unique field is compared by its unique key
("lin co" is "Lin Co"), any other by the value itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, or_, select

from runtime.store.columns.texts import PlainText
from runtime.store.database import dialect_of
from runtime.store.membership import among, not_among
from runtime.store.physical import RecordTables
from runtime.store.record_reads import conditions_of
from runtime.store.scopes import AnyScope


def find_by_values(
    connection: Connection,
    tables: RecordTables,
    field: str,
    values: Collection[Any],
    *,
    scope: AnyScope,
    most_each: int = 2,
) -> dict[Any, list[int]]:
    """The live records that have one of these values, by value as it was given; at most about
    `most_each` a value need be looked at: two are enough to say "ambiguous"."""
    given = {value for value in values if value is not None}
    if not given:
        return {}
    stored = tables.fields.get(field)
    column: ColumnElement[Any] = tables.column(field)
    by_key: dict[Any, list[Any]] = defaultdict(list)
    for value in given:
        key = value
        if stored is not None and stored.unique_key is not None and stored.storage.unique_key is not None:
            column, key = stored.unique_key, stored.storage.unique_key(value)
        if key is not None:
            by_key[key].append(value)
    table = tables.table
    statement = select(column, table.c.id).where(
        among(connection, column, by_key.keys()), table.c.deleted_at.is_(None), *conditions_of(scope, tables)
    )
    found: dict[Any, list[int]] = defaultdict(list)
    for key, record_id in connection.execute(
        statement.order_by(table.c.id), execution_options={"scope": scope}
    ):
        for value in by_key[key]:
            if len(found[value]) < most_each:
                found[value].append(record_id)
    return dict(found)


def find_by_keys(
    connection: Connection,
    tables: RecordTables,
    fields: Sequence[str],
    keys: Collection[tuple[Any, ...]],
    *,
    scope: AnyScope,
) -> dict[tuple[Any, ...], list[int]]:
    """As `find_by_values`, by several fields together. A key with a blank in it finds nothing."""
    given = {key for key in keys if None not in key}
    if not given:
        return {}
    table = tables.table
    columns = [_compared(tables, field) for field in fields]
    conditions = [
        among(connection, column, {derive(key[place]) for key in given})
        for place, (column, derive) in enumerate(columns)
    ]
    statement = select(table.c.id, *(column for column, _ in columns)).where(
        *conditions, table.c.deleted_at.is_(None), *conditions_of(scope, tables)
    )
    by_key: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key in given:
        by_key[tuple(derive(part) for part, (_, derive) in zip(key, columns, strict=True))].append(key)
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for record_id, *parts in connection.execute(
        statement.order_by(table.c.id), execution_options={"scope": scope}
    ):
        for key in by_key.get(tuple(parts), ()):
            found[key].append(record_id)
    return dict(found)


def _compared(tables: RecordTables, field: str) -> tuple[ColumnElement[Any], Any]:
    stored = tables.fields.get(field)
    if stored is not None and stored.unique_key is not None and stored.storage.unique_key is not None:
        return stored.unique_key, stored.storage.unique_key
    return tables.column(field), lambda value: value


def used_values(
    connection: Connection,
    tables: RecordTables,
    field: str,
    values: Collection[Any],
    *,
    scope: AnyScope,
    except_ids: Collection[int] = (),
) -> dict[Any, int]:
    """Which of these values live records have already in a unique field, with one record each."""
    stored = tables.fields[field]
    if stored.unique_key is None or stored.storage.unique_key is None:
        raise LookupError(f"field {field} is not unique")
    by_key: dict[str, list[Any]] = defaultdict(list)
    for value in values:
        key = stored.storage.unique_key(value)
        if key is not None:
            by_key[key].append(value)
    if not by_key:
        return {}
    table = tables.table
    statement = select(stored.unique_key, table.c.id).where(
        among(connection, stored.unique_key, by_key.keys()), table.c.deleted_at.is_(None)
    )
    if except_ids:
        statement = statement.where(not_among(connection, table.c.id, except_ids))
    rows = connection.execute(statement, execution_options={"scope": scope})
    return {value: record_id for key, record_id in rows for value in by_key[key]}


def created_in(
    connection: Connection,
    tables: RecordTables,
    changeset_id: int,
    *,
    scope: AnyScope,
    after: int = 0,
    limit: int | None = None,
) -> list[int]:
    """The live records that a changeset created, in their order; those `after` an id, `limit` at most."""
    table = tables.table
    statement = select(table.c.id).where(table.c.created_in == changeset_id, table.c.deleted_at.is_(None))
    if after:
        statement = statement.where(table.c.id > after)
    statement = statement.where(*conditions_of(scope, tables)).order_by(table.c.id).limit(limit)
    return list(connection.execute(statement, execution_options={"scope": scope}).scalars())


def points_to(tables: RecordTables, link: str, record_id: int) -> ColumnElement[bool]:
    """Whether a link of the record points to another one."""
    condition: ColumnElement[bool] = tables.columns[link] == record_id
    return condition


def contains_text(
    connection: Connection, tables: RecordTables, fields: Iterable[str], text: str
) -> ColumnElement[bool]:
    """Whether one of these text fields contains `text`; ASCII letters in any case. LIKE is never used."""
    find = func.strpos if dialect_of(connection) == "postgresql" else func.instr
    sought = (
        text.lower() if text.isascii() else "".join(one.lower() if one.isascii() else one for one in text)
    )
    columns = [tables.columns[one] for one in fields if isinstance(tables.columns[one].type, PlainText)]
    return or_(*(find(func.lower(column), sought) > 0 for column in columns)) if columns else false()
