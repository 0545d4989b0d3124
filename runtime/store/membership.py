"""`column IN (these values)` with one parameter, however many values there are.

In: a column and strict values. Out: a condition whose SQL text does not depend on the number of values,
so that it is compiled once and never meets a limit of parameters: an array on PostgreSQL, JSON text on
SQLite. Called by the record modules.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Text, any_, bindparam, func, not_, select
from sqlalchemy.types import TypeDecorator, TypeEngine

from runtime.store.columns.references import RecordId
from runtime.store.database import dialect_of


def among(connection: Connection, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column's value is one of these (never NULL among them)."""
    written = write_values(connection, column.type, values)
    if dialect_of(connection) == "postgresql":
        return column == any_(bindparam(None, written, type_=_array_of(column.type), unique=True))
    given = func.json_each(bindparam(None, written, type_=Text(), unique=True)).table_valued("value")
    return column.in_(select(given.c.value))


def among_named(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The same in a statement that is built once: the values come later, as the parameter `name`
    (written by `write_values`)."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=_array_of(column.type)))
    given = func.json_each(bindparam(name, type_=Text())).table_valued("value")
    return column.in_(select(given.c.value))


def not_among(
    connection: Connection, column: ColumnElement[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    return not_(among(connection, column, values))


def write_values(connection: Connection, type_: TypeEngine[Any], values: Collection[Any]) -> Any:
    """The one parameter that stands for all values."""
    if dialect_of(connection) == "postgresql":
        return list(values)
    if isinstance(type_, TypeDecorator):
        dialect = connection.dialect
        return orjson.dumps([type_.process_bind_param(one, dialect) for one in values]).decode()
    return orjson.dumps([int(one) if isinstance(one, bool) else one for one in values]).decode()


def _array_of(type_: TypeEngine[Any]) -> ARRAY[Any]:
    return ARRAY(BigInteger() if type_ is RecordId else type_)
