"""Rows of `job`: claims under a lease with a fence (docs/decisions, "Jobs").

In: a connection. Out: job rows; and for everything that a worker writes, whether its fence still
stood. Called by `runtime.jobs` only. The fence grows with every claim: who holds an older one has
lost the job, however alive it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from runtime.record_ids import new_record_id
from runtime.store.database import dialect_of
from runtime.store.schema import job


def insert(
    connection: Connection,
    workspace_id: int,
    name: str,
    key: str,
    payload: Mapping[str, Any],
    run_at: datetime,
    now: datetime,
) -> int:
    """A new job; or the id of the one that has this key already, whatever its state."""
    build = postgresql.insert if dialect_of(connection) == "postgresql" else sqlite.insert
    job_id = new_record_id()
    row = {
        "id": job_id,
        "workspace_id": workspace_id,
        "name": name,
        "key": key,
        "payload": dict(payload),
        "state": "waiting",
        "run_at": run_at,
        "created_at": now,
    }
    statement = build(job).values(row).on_conflict_do_nothing(index_elements=["workspace_id", "key"])
    if connection.execute(statement).rowcount == 1:
        return job_id
    there = select(job.c.id).where(job.c.workspace_id == workspace_id, job.c.key == key)
    return int(connection.execute(there).scalar_one())


def _due(names: Sequence[str], now: datetime) -> Any:
    return and_(
        job.c.name.in_(names),
        or_(
            and_(job.c.state == "waiting", job.c.run_at <= now),
            and_(job.c.state == "running", job.c.lease_until <= now),
        ),
    )


def is_any_due(connection: Connection, names: Sequence[str], now: datetime) -> bool:
    return connection.execute(select(job.c.id).where(_due(names, now)).limit(1)).first() is not None


def claim(
    connection: Connection, names: Sequence[str], owner: str, now: datetime, until: datetime
) -> Row[Any] | None:
    """The job that waited longest, leased to `owner`. A lease that ran out counts as an attempt."""
    oldest = select(job.c.id).where(_due(names, now)).order_by(job.c.run_at, job.c.id).limit(1)
    job_id = connection.execute(oldest.with_for_update(skip_locked=True)).scalar()
    if job_id is None:
        return None
    taken = {
        "state": "running",
        "lease_owner": owner,
        "lease_until": until,
        "fence": job.c.fence + 1,
        "attempts": job.c.attempts + case((job.c.state == "running", 1), else_=0),
    }
    connection.execute(update(job).where(job.c.id == job_id).values(**taken))
    return connection.execute(select(job).where(job.c.id == job_id)).one()


def hold(connection: Connection, job_id: int, fence: int) -> bool:
    """Whether the lease is still ours; then nobody takes it before the transaction ends."""
    ours = select(job.c.id).where(*_ours(job_id, fence)).with_for_update()
    return connection.execute(ours).first() is not None


def renew(connection: Connection, job_id: int, fence: int, until: datetime) -> bool:
    return _change(connection, job_id, fence, lease_until=until)


def finish(connection: Connection, job_id: int, fence: int, result: Mapping[str, Any]) -> bool:
    return _change(
        connection, job_id, fence, state="done", result=dict(result), attempts=0, last_error=None, **_FREE
    )


def proceed(
    connection: Connection,
    job_id: int,
    fence: int,
    payload: Mapping[str, Any],
    run_at: datetime,
    *,
    is_kept: bool,
) -> bool:
    """A step is done: attempts start anew. `is_kept` goes on under the same lease."""
    values: dict[str, Any] = {"payload": dict(payload), "attempts": 0, "last_error": None}
    if not is_kept:
        values.update(state="waiting", run_at=run_at, **_FREE)
    return _change(connection, job_id, fence, **values)


def release(connection: Connection, job_id: int, fence: int, now: datetime) -> bool:
    """Gives the job back, behind those that wait already."""
    return _change(connection, job_id, fence, state="waiting", run_at=now, **_FREE)


def fail(
    connection: Connection, job_id: int, fence: int, error: str, run_at: datetime, *, is_parked: bool
) -> bool:
    return _change(
        connection,
        job_id,
        fence,
        state="parked" if is_parked else "waiting",
        attempts=job.c.attempts + 1,
        last_error=error,
        run_at=run_at,
        **_FREE,
    )


def release_all(connection: Connection, now: datetime) -> int:
    """Every running job goes back: only where their processes are known to be dead."""
    running = update(job).where(job.c.state == "running")
    return connection.execute(running.values(state="waiting", run_at=now, **_FREE)).rowcount


def cancel(connection: Connection, workspace_id: int, job_id: int) -> bool:
    """A job that is not over ends here; a worker in the middle of it finds its fence gone."""
    wanted = update(job).where(
        job.c.workspace_id == workspace_id,
        job.c.id == job_id,
        job.c.state.in_(("waiting", "running", "parked")),
    )
    return connection.execute(wanted.values(state="cancelled", **_FREE)).rowcount == 1


def unpark(connection: Connection, workspace_id: int, job_id: int, now: datetime) -> bool:
    wanted = update(job).where(
        job.c.workspace_id == workspace_id, job.c.id == job_id, job.c.state == "parked"
    )
    return connection.execute(wanted.values(state="waiting", attempts=0, run_at=now)).rowcount == 1


def find(connection: Connection, workspace_id: int, job_id: int) -> Row[Any] | None:
    return connection.execute(
        select(job).where(job.c.workspace_id == workspace_id, job.c.id == job_id)
    ).first()


def find_by_key(connection: Connection, workspace_id: int, key: str) -> Row[Any] | None:
    return connection.execute(select(job).where(job.c.workspace_id == workspace_id, job.c.key == key)).first()


def list_jobs(connection: Connection, workspace_id: int, state: str | None, limit: int) -> list[Row[Any]]:
    wanted = select(job).where(job.c.workspace_id == workspace_id)
    if state is not None:
        wanted = wanted.where(job.c.state == state)
    return list(connection.execute(wanted.order_by(job.c.id.desc()).limit(limit)))


def count_by_state(connection: Connection) -> dict[str, int]:
    """Over all workspaces, for metrics."""
    counted = select(job.c.state, func.count()).group_by(job.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}


_FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def _ours(job_id: int, fence: int) -> tuple[Any, ...]:
    return (job.c.id == job_id, job.c.fence == fence, job.c.state == "running")


def _change(connection: Connection, job_id: int, fence: int, **values: Any) -> bool:
    return connection.execute(update(job).where(*_ours(job_id, fence)).values(**values)).rowcount == 1
