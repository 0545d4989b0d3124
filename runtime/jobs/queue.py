"""The job table as values: enqueue, hold, settle; and what an administrator does with parked jobs.

In: a unit of work. Out: `Job` (what a handler is given), `JobRow` (what an administrator sees), and the
answers of a handler, `Done` and `Again`. Called by whoever changes something and by handlers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from runtime import access
from runtime.errors import FencedError, NotFoundError
from runtime.store import job_rows

if TYPE_CHECKING:
    from runtime.platform import Work

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed job: `fence` proves that the lease is still this worker's."""

    id: int
    workspace_id: int
    name: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True)
class Done:
    """The job has nothing left to do. `result` is kept for whoever asks."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """There is more to do: call me again with `payload`, after `delay` seconds."""

    payload: Mapping[str, Any]
    delay: float = 0.0


Outcome = Done | Again


@dataclass(frozen=True, slots=True)
class Settled:
    """An outcome that was already written in the handler's own transaction."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as an administrator sees it."""

    id: int
    name: str
    key: str
    state: str
    payload: Mapping[str, Any]
    attempts: int
    run_at: datetime
    last_error: str | None
    result: Mapping[str, Any] | None


def enqueue(
    work: Work, name: str, payload: Mapping[str, Any], *, key: str, run_at: datetime | None = None
) -> int:
    """Puts a job beside the change that wants it; answers its id.

    `key` makes it happen once: a job of the same key, waiting or done, is answered instead."""
    work.require_writing()
    job_id = job_rows.insert(
        work.connection, work.workspace.id, name, key, payload, run_at or work.now, work.now
    )
    work.after_commit(work.platform.doorbell.ring)
    return job_id


def hold(work: Work, job: Job) -> None:
    """Makes sure, inside this transaction and until its end, that the lease is still ours."""
    if not job_rows.hold(work.connection, job.id, job.fence):
        raise FencedError(f"job {job.id} was taken over")


def settle(work: Work, job: Job, outcome: Outcome) -> Settled:
    """Writes a handler's outcome in the transaction of its effects, so that both happen or neither.

    A handler returns what this returns."""
    write_outcome(work.connection, job, outcome, work.now)
    return Settled(outcome)


def write_outcome(connection: Any, job: Job, outcome: Outcome, now: datetime) -> None:
    if isinstance(outcome, Done):
        is_ours = job_rows.finish(connection, job.id, job.fence, outcome.result)
    else:
        run_at = now + timedelta(seconds=outcome.delay)
        is_ours = job_rows.proceed(
            connection, job.id, job.fence, outcome.payload, run_at, is_kept=not outcome.delay
        )
    if not is_ours:
        raise FencedError(f"job {job.id} was taken over")


def cancel(work: Work, job_id: int) -> None:
    """A waiting or running job stops before its next step; a finished one stays as it is."""
    job_rows.cancel(work.connection, work.workspace.id, job_id)


def find_job(work: Work, job_id: int) -> JobRow | None:
    row = job_rows.find(work.connection, work.workspace.id, job_id)
    return read_row(row) if row else None


def find_by_key(work: Work, key: str) -> JobRow | None:
    row = job_rows.find_by_key(work.connection, work.workspace.id, key)
    return read_row(row) if row else None


def list_jobs(work: Work, state: str | None = "parked", limit: int = 100) -> list[JobRow]:
    """Jobs of the workspace, parked ones by default, newest first."""
    access.require_designer(work)
    return [read_row(row) for row in job_rows.list_jobs(work.connection, work.workspace.id, state, limit)]


def retry(work: Work, job_id: int) -> None:
    """A parked job is tried again from the step at which it parked."""
    access.require_designer(work)
    if not job_rows.unpark(work.connection, work.workspace.id, job_id, work.now):
        raise NotFoundError("job", job_id)
    work.after_commit(work.platform.doorbell.ring)


def read_row(row: Any) -> JobRow:
    return JobRow(
        row.id,
        row.name,
        row.key,
        row.state,
        row.payload,
        row.attempts,
        row.run_at,
        row.last_error,
        row.result,
    )
