"""How many records a revert would touch, counted by the database without going through them.

In: the tables of a form, a changeset, a scope. Out: counts. Called by `runtime.undoing.foreseeing`.
A later change counts when nobody wrote it off: it was not reverted, and is no revert itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, or_, select, true

from runtime.store.physical import RecordTables
from runtime.store.record_reads import conditions_of
from runtime.store.schema import change, changeset
from runtime.store.scopes import AnyScope, SystemScope

CHANGESET = SystemScope("changeset")


class Created(NamedTuple):
    """Live records that the changeset created."""

    gone: int  # would go
    edited: int
    outside: int  # beyond the scope


class Changed(NamedTuple):
    """Records that the changeset changed and did not create."""

    restored: int
    deleted: int  # it had brought them back
    undeleted: int
    edited: int
    away: int  # deleted since
    outside: int


def numbers_of_changeset(connection: Connection, workspace_id: int, changeset_id: int) -> list[int]:
    """The forms in which a changeset changed something."""
    wanted = select(change.c.number).where(*_own(workspace_id, changeset_id)).distinct()
    return sorted(connection.execute(wanted).scalars())


def count_created(
    connection: Connection, tables: RecordTables, workspace_id: int, changeset_id: int, *, scope: AnyScope
) -> Created:
    table = tables.table
    inside = and_(true(), *conditions_of(scope, tables))
    edited = _changed_since(table.c.id, tables.number, workspace_id, changeset_id, changeset_id)
    counted = select(
        _count(and_(inside, not_(edited))), _count(and_(inside, edited)), _count(not_(inside))
    ).where(table.c.created_in == changeset_id, table.c.deleted_at.is_(None))
    return Created(*connection.execute(counted, execution_options={"scope": CHANGESET}).one())


def count_changed(
    connection: Connection, tables: RecordTables, workspace_id: int, changeset_id: int, *, scope: AnyScope
) -> Changed:
    table = tables.table
    touched = (
        select(
            change.c.record_id,
            func.max(change.c.sequence).label("newest"),
            func.max(case((change.c.kind == "delete", 1), else_=0)).label("is_delete"),
            func.max(case((change.c.kind == "restore", 1), else_=0)).label("is_restore"),
        )
        .where(*_own(workspace_id, changeset_id), change.c.number == tables.number)
        .group_by(change.c.record_id)
        .subquery()
    )
    inside = and_(true(), *conditions_of(scope, tables))
    is_live = table.c.deleted_at.is_(None)
    edited = _changed_since(table.c.id, tables.number, workspace_id, changeset_id, touched.c.newest)
    ours = and_(inside, not_(edited))
    counted = (
        select(
            _count(and_(ours, is_live, touched.c.is_restore == 0)),
            _count(and_(ours, is_live, touched.c.is_restore == 1)),
            _count(and_(ours, not_(is_live), touched.c.is_delete == 1)),
            _count(and_(inside, edited)),
            _count(and_(ours, not_(is_live), touched.c.is_delete == 0)),
            _count(not_(inside)),
        )
        .select_from(touched.join(table, table.c.id == touched.c.record_id))
        .where(or_(table.c.created_in.is_(None), table.c.created_in != changeset_id))
    )
    return Changed(*connection.execute(counted, execution_options={"scope": CHANGESET}).one())


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _own(workspace_id: int, changeset_id: int) -> tuple[Any, ...]:
    return (
        change.c.changeset_id == changeset_id,
        change.c.workspace_id == workspace_id,
        change.c.is_derived.is_(False),
    )


def _changed_since(
    record: ColumnElement[int], number: int, workspace_id: int, changeset_id: int, since: Any
) -> ColumnElement[bool]:
    """Whether others changed the record after `since`, a sequence."""
    found = (
        select(change.c.sequence)
        .join(changeset, changeset.c.id == change.c.changeset_id)
        .where(
            change.c.number == number,
            change.c.record_id == record,
            change.c.workspace_id == workspace_id,
            change.c.changeset_id != changeset_id,
            change.c.sequence > since,
            change.c.is_derived.is_(False),
            changeset.c.reverted_by.is_(None),
            changeset.c.reverts.is_(None),
        )
    )
    return found.exists()
