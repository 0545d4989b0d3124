"""Rows of `physical` and `stored_column`: which tables and columns records have, and which may be read.

In: a connection. Out: `Numbers`, names and states of columns. Called by `ddl.py` (which alone inserts),
`runtime.catalogue` and the jobs that fill columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Row, Table, insert, select, update

from runtime.store.columns.references import RecordId
from runtime.store.physical import FIELD_PREFIX, Numbers
from runtime.store.schema import physical, stored_column
from runtime.store.scopes import SystemScope

_SCOPED = {"scope": SystemScope("schema")}
FILLING, READY = "filling", "ready"


def numbers_of_app(connection: Connection, workspace_id: int, app: str) -> Numbers:
    """The numbers of all tables of an app."""
    rows = connection.execute(
        select(physical.c.form, physical.c.element, physical.c.number).where(
            physical.c.workspace_id == workspace_id, physical.c.app == app
        )
    )
    return Numbers({(row.form, row.element): row.number for row in rows})


def elements_of_form(connection: Connection, workspace_id: int, app: str, form: str) -> dict[str, int]:
    """The numbers of one form's tables by element; '' is the form itself."""
    rows = connection.execute(
        select(physical.c.element, physical.c.number).where(
            physical.c.workspace_id == workspace_id, physical.c.app == app, physical.c.form == form
        )
    )
    return {row.element: row.number for row in rows}


def insert_table(
    connection: Connection, workspace_id: int, app: str, form: str, element: str, kind: str
) -> int:
    """A new number, never used before."""
    row = {"workspace_id": workspace_id, "app": app, "form": form, "element": element, "kind": kind}
    return int(connection.execute(insert(physical).returning(physical.c.number), row).scalar_one())


def list_tables(connection: Connection, workspace_id: int) -> list[Row[Any]]:
    """All tables of a workspace: number, app, form, element, kind."""
    wanted = select(physical).where(physical.c.workspace_id == workspace_id)
    return list(connection.execute(wanted.order_by(physical.c.number)))


def columns_of(connection: Connection, workspace_id: int, number: int) -> dict[str, Row[Any]]:
    """The columns of a table by name; empty when it does not exist yet."""
    rows = connection.execute(
        select(stored_column).where(
            stored_column.c.workspace_id == workspace_id, stored_column.c.number == number
        )
    )
    return {row.name: row for row in rows}


def insert_column(
    connection: Connection,
    workspace_id: int,
    number: int,
    name: str,
    field: str,
    storage: str,
    *,
    is_filling: bool = False,
) -> None:
    row = {"workspace_id": workspace_id, "number": number, "name": name, "field": field, "storage": storage}
    connection.execute(insert(stored_column), {**row, "state": FILLING if is_filling else READY})


def filling_fields(connection: Connection, workspace_id: int) -> frozenset[tuple[int, str]]:
    """(table number, field id) of every stored column whose values may not be read yet."""
    rows = connection.execute(
        select(stored_column.c.number, stored_column.c.field, stored_column.c.name).where(
            stored_column.c.workspace_id == workspace_id, stored_column.c.state == FILLING
        )
    )
    return frozenset((row.number, row.field) for row in rows if row.name.startswith(FIELD_PREFIX))


def computed_days(connection: Connection, workspace_id: int) -> frozenset[tuple[int, str, int]]:
    """(table number, field id, day's ordinal) of the columns that were computed for a day."""
    rows = connection.execute(
        select(stored_column.c.number, stored_column.c.field, stored_column.c.watermark).where(
            stored_column.c.workspace_id == workspace_id,
            stored_column.c.state == READY,
            stored_column.c.watermark.is_not(None),
        )
    )
    return frozenset((row.number, row.field, row.watermark) for row in rows)


def has_records(connection: Connection, number: int) -> bool:
    """Whether there is any record in the main table, deleted or not."""
    table = Table(f"r_{number}", MetaData(), Column("id", RecordId))
    first = select(table.c.id).limit(1)
    return connection.execute(first, execution_options=_SCOPED).first() is not None


def mark_filling(connection: Connection, workspace_id: int, number: int, fields: Iterable[str]) -> None:
    """Several fields of one table."""
    for field in fields:
        set_filling(connection, workspace_id, number, field)


def set_filling(connection: Connection, workspace_id: int, number: int, field: str) -> None:
    """The field's column is out of date as a whole (a new formula): filled anew from the beginning."""
    _set_state(connection, workspace_id, number, FIELD_PREFIX + field, FILLING, None)


def set_ready(connection: Connection, workspace_id: int, number: int, field: str) -> None:
    """Every row of the field's column is right."""
    _set_state(connection, workspace_id, number, FIELD_PREFIX + field, READY, None)


def set_day(connection: Connection, workspace_id: int, number: int, field: str, day: int) -> None:
    """Every row of the field's column is right for this day (its ordinal)."""
    _set_state(connection, workspace_id, number, FIELD_PREFIX + field, READY, day)


def set_state(connection: Connection, workspace_id: int, number: int, name: str, state: str) -> None:
    """Of any column, by its name."""
    _set_state(connection, workspace_id, number, name, state, None)


def find_watermark(connection: Connection, workspace_id: int, number: int, field: str) -> int | None:
    """How far filling has come: the last record id, or None at the beginning (or when it is done)."""
    return connection.execute(
        select(stored_column.c.watermark).where(
            stored_column.c.workspace_id == workspace_id,
            stored_column.c.number == number,
            stored_column.c.name == FIELD_PREFIX + field,
        )
    ).scalar()


def move_watermark(
    connection: Connection, workspace_id: int, number: int, field: str, watermark: int
) -> None:
    _set_state(connection, workspace_id, number, FIELD_PREFIX + field, FILLING, watermark)


def _set_state(
    connection: Connection, workspace_id: int, number: int, name: str, state: str, watermark: int | None
) -> None:
    connection.execute(
        update(stored_column)
        .where(
            stored_column.c.workspace_id == workspace_id,
            stored_column.c.number == number,
            stored_column.c.name == name,
        )
        .values(state=state, watermark=watermark)
    )
