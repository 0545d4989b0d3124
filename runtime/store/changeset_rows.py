"""Rows of `changeset` and `change`: who changed what, and what each cell was before.

In: a connection. Out: rows, newest first where they are listed. Called by `runtime.changesets` only.
`before` is JSON as `runtime.deltas` writes it. A change's `sequence` grows with time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from runtime.store.membership import among
from runtime.store.schema import change, changeset

SLICE = 1_000
_reverting = changeset.alias("reverting")
_FOUND = select(
    changeset,
    select(_reverting.c.id)  # the revert of it that is going on, if any
    .where(
        _reverting.c.reverts == changeset.c.id,
        _reverting.c.workspace_id == changeset.c.workspace_id,
        _reverting.c.is_open.is_(True),
    )
    .limit(1)
    .scalar_subquery()
    .label("reverting_by"),
)
_INSERT = insert(changeset)
_INSERT_CHANGE = insert(change)


def insert_changeset(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_INSERT, dict(values))


def insert_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_CHANGE, [dict(row) for row in rows])


_ADD_RECORDS = (
    update(changeset)
    .where(changeset.c.id == bindparam("row"), changeset.c.workspace_id == bindparam("workspace"))
    .values(records=changeset.c.records + bindparam("added"))
)


def add_records(connection: Connection, workspace_id: int, changeset_id: int, count: int) -> None:
    connection.execute(_ADD_RECORDS, {"row": changeset_id, "workspace": workspace_id, "added": count})


def close(connection: Connection, workspace_id: int, changeset_id: int, now: datetime) -> None:
    connection.execute(_own(workspace_id, changeset_id).values(is_open=False, closed_at=now))


def mark_reverted(connection: Connection, workspace_id: int, changeset_id: int, by: int | None) -> None:
    connection.execute(_own(workspace_id, changeset_id).values(reverted_by=by))


def _own(workspace_id: int, changeset_id: int) -> Any:
    return update(changeset).where(changeset.c.id == changeset_id, changeset.c.workspace_id == workspace_id)


def find(connection: Connection, workspace_id: int, changeset_id: int) -> Row[Any] | None:
    wanted = _FOUND.where(changeset.c.id == changeset_id, changeset.c.workspace_id == workspace_id)
    return connection.execute(wanted).first()


def hold(connection: Connection, workspace_id: int, changeset_id: int) -> None:
    """Nobody else changes its row before the transaction ends (PostgreSQL; SQLite's writer is alone).

    Apart from `find`: what is read beside a row that was waited for is as old as the waiting."""
    wanted = select(changeset.c.id).where(
        changeset.c.id == changeset_id, changeset.c.workspace_id == workspace_id
    )
    connection.execute(wanted.with_for_update())


def find_many(connection: Connection, workspace_id: int, ids: Collection[int]) -> dict[int, Row[Any]]:
    wanted = _FOUND.where(changeset.c.workspace_id == workspace_id, changeset.c.id.in_(sorted(ids)))
    return {row.id: row for row in connection.execute(wanted)}


def list_changesets(
    connection: Connection,
    workspace_id: int,
    limit: int,
    *,
    before: int | None = None,
    numbers: Collection[int] | None = None,
    member_id: int | None = None,
) -> list[Row[Any]]:
    """Newest first; `before` is the id of the last one seen."""
    wanted = _FOUND.where(changeset.c.workspace_id == workspace_id)
    if before is not None:
        wanted = wanted.where(changeset.c.id < before)
    if numbers is not None:
        wanted = wanted.where(changeset.c.number.in_(sorted(numbers)))
    if member_id is not None:
        wanted = wanted.where(changeset.c.member_id == member_id)
    return list(connection.execute(wanted.order_by(changeset.c.id.desc()).limit(limit)))


def changes_of_record(
    connection: Connection, workspace_id: int, number: int, record_id: int, *, since_version: int = 0
) -> list[Row[Any]]:
    """All changes of one record, newest first."""
    wanted = select(change).where(
        change.c.number == number,
        change.c.record_id == record_id,
        change.c.workspace_id == workspace_id,
        change.c.version >= since_version,
    )
    return list(connection.execute(wanted.order_by(change.c.sequence.desc())))


def changes_of_records(
    connection: Connection,
    workspace_id: int,
    number: int,
    ids: Sequence[int],
    *,
    changeset_id: int | None = None,
) -> list[Row[Any]]:
    """All changes of several records, or what one changeset changed of them, oldest first."""
    wanted = select(change).where(
        change.c.number == number,
        among(connection, change.c.record_id, ids),
        change.c.workspace_id == workspace_id,
    )
    if changeset_id is not None:
        wanted = wanted.where(change.c.changeset_id == changeset_id)
    return list(connection.execute(wanted.order_by(change.c.sequence)))


def changes_of_changeset(
    connection: Connection, workspace_id: int, changeset_id: int, *, is_derived: bool = False
) -> Iterator[Row[Any]]:
    """What one changeset changed, newest first, read in slices."""
    last: int | None = None
    while True:
        rows = changes_before(connection, workspace_id, changeset_id, last, SLICE, is_derived=is_derived)
        yield from rows
        if len(rows) < SLICE:
            return
        last = rows[-1].sequence


def changes_before(
    connection: Connection,
    workspace_id: int,
    changeset_id: int,
    sequence: int | None,
    limit: int,
    *,
    is_derived: bool = False,
) -> Sequence[Row[Any]]:
    """The newest changes of one changeset that are older than `sequence` (None: of all), newest first."""
    wanted = select(change).where(
        change.c.changeset_id == changeset_id,
        change.c.workspace_id == workspace_id,
        change.c.is_derived == is_derived,
    )
    if sequence is not None:
        wanted = wanted.where(change.c.sequence < sequence)
    return connection.execute(wanted.order_by(change.c.sequence.desc()).limit(limit)).all()
