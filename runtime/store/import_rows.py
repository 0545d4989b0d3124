"""Rows of `import_run` and `import_failure`.

In: a connection and what a run has come to. Out: run rows and the rows that failed. Called by
`runtime.imports`; counts and failures are written in the transaction of the records they tell of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from runtime.store.schema import import_failure, import_run

FAILURES_AT_A_TIME = 500


def add(connection: Connection, workspace_id: int, values: Mapping[str, Any]) -> None:
    """A run as it was uploaded; `values` hold its id."""
    connection.execute(insert(import_run), {"workspace_id": workspace_id, **values})


def find(connection: Connection, workspace_id: int, run_id: int, *, lock: bool = False) -> Row[Any] | None:
    wanted = select(import_run).where(import_run.c.workspace_id == workspace_id, import_run.c.id == run_id)
    if lock:
        wanted = wanted.with_for_update()
    return connection.execute(wanted).first()


def list_of_form(connection: Connection, workspace_id: int, number: int, limit: int) -> list[Row[Any]]:
    """The newest runs of a form."""
    wanted = (
        select(import_run)
        .where(import_run.c.workspace_id == workspace_id, import_run.c.number == number)
        .order_by(import_run.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(wanted))


def change(connection: Connection, workspace_id: int, run_id: int, **values: Any) -> None:
    mine = (import_run.c.workspace_id == workspace_id, import_run.c.id == run_id)
    connection.execute(update(import_run).where(*mine).values(**values))


def move_state(
    connection: Connection, workspace_id: int, run_id: int, before: Sequence[str], after: str, **values: Any
) -> bool:
    """From one of the states `before` to `after`, once; whether it was in one of them."""
    mine = (
        import_run.c.workspace_id == workspace_id,
        import_run.c.id == run_id,
        import_run.c.state.in_(before),
    )
    return connection.execute(update(import_run).where(*mine).values(state=after, **values)).rowcount == 1


def advance(
    connection: Connection, workspace_id: int, run_id: int, position: int, counts: Mapping[str, int]
) -> None:
    """Adds a batch's counts and says how far the file has been read."""
    added = {name: import_run.c[name] + count for name, count in counts.items()}
    mine = (import_run.c.workspace_id == workspace_id, import_run.c.id == run_id)
    connection.execute(update(import_run).where(*mine).values(position=position, **added))


def add_failures(
    connection: Connection, workspace_id: int, run_id: int, rows: Sequence[Mapping[str, Any]]
) -> None:
    if rows:
        own = {"workspace_id": workspace_id, "run_id": run_id}
        connection.execute(insert(import_failure), [{**own, **row} for row in rows])


def failures(
    connection: Connection, workspace_id: int, run_id: int, limit: int | None = None
) -> Iterator[Row[Any]]:
    """The rows that failed, in the file's order."""
    after, left = -1, limit
    while left is None or left > 0:
        wanted = (
            select(import_failure.c.row, import_failure.c.cells, import_failure.c.problems)
            .where(
                import_failure.c.workspace_id == workspace_id,
                import_failure.c.run_id == run_id,
                import_failure.c.row > after,
            )
            .order_by(import_failure.c.row)
            .limit(min(left or FAILURES_AT_A_TIME, FAILURES_AT_A_TIME))
        )
        found: list[Row[Any]] = list(connection.execute(wanted))
        yield from found
        if len(found) < FAILURES_AT_A_TIME:
            return
        after = found[-1].row
        left = None if left is None else left - len(found)
