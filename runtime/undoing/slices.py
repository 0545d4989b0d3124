"""Reverting a large changeset: a job that goes through it in slices, others saving in between.

In: a changeset that `revert` found too large for one transaction. Out: `start`, the job, and `RevertRun`, how
far it is or what became of it. The revert is an open changeset from the start, so that a second one is
refused. Every slice is written together with the place where it stopped: killed at any moment, the job goes
on with the next slice and does nothing twice. The laws are those of `undoing`.

First go the records that were created, form by form in the order of ids, then the changes are followed from
the newest to the oldest. A record that was changed several times is put back whole at its newest change.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runtime import jobs, people, rows
from runtime.actors import Actor
from runtime.changesets.writing import (
    Changeset,
    ChangesetWriter,
    close_changeset,
    open_changeset,
    read_row,
)
from runtime.jobs import Again, Done, Job, JobRow, handles, settle
from runtime.jobs.pacing import next_size
from runtime.store import changeset_rows
from runtime.undoing.laws import (
    RevertOutcome,
    Skipped,
    gather,
    mark,
    open_forms,
    open_numbered,
    put_back,
    remove_created,
)

if TYPE_CHECKING:
    from runtime.jobs.queue import Settled
    from runtime.platform import Platform, Work

JOB = "changeset.revert"
FIRST_SIZE = 100
MOST_NAMED = 500  # of skipped records that are kept by name; all of them are counted
STARTER_LEFT = "starter_left"


@dataclass(frozen=True, slots=True)
class Progress:
    """The payload of the job: everything that the next step must know."""

    changeset: int  # that is reverted
    revert: int  # the open changeset of the revert
    number: int  # of the form it began with
    member: int | None  # on whose behalf
    total: int
    forms: tuple[int, ...]  # whose created records are not gone through yet
    size: int  # of the next slice
    after: int = 0  # the last created record that was
    before: int | None = None  # the sequence of the last change that was
    done: int = 0
    outcome: Mapping[str, Any] | None = None

    def to_payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class RevertRun:
    """A revert by a job. `state`: running, done, failed (who started it has left), parked, cancelled."""

    revert_id: int
    state: str
    done: int
    total: int
    outcome: RevertOutcome

    @property
    def is_over(self) -> bool:
        return self.state not in {"running", "parked"}


def start(work: Work, changeset: Changeset, number: int) -> RevertOutcome:
    """Begins: the job does the rest. The caller holds the changeset and knows that it may be reverted."""
    work.require_writing()
    forms = open_forms(work, number)
    cause = {"changeset": str(changeset.id)}
    revert_id = open_changeset(work, forms[number], "revert", cause, reverts=changeset.id)
    progress = Progress(
        changeset.id,
        revert_id,
        number,
        work.actor.member_id,
        changeset.records,
        tuple(forms),
        FIRST_SIZE,
    )
    job_id = jobs.enqueue(work, JOB, progress.to_payload(), key=key_of(revert_id))
    return RevertOutcome(changeset_id=revert_id, job_id=job_id)


def key_of(revert_id: int) -> str:
    return f"{JOB}:{revert_id}"


def find_run(work: Work, changeset: Changeset) -> RevertRun | None:
    """How far the revert of a changeset that the actor may see is, or this revert; None: no job does it."""
    own = changeset.id if changeset.reverts is not None else None
    for revert_id in (changeset.reverting_by, changeset.reverted_by, own):
        row = jobs.find_by_key(work, key_of(revert_id)) if revert_id is not None else None
        if revert_id is not None and row is not None:
            return _read_run(row, revert_id)
    return None


def _read_run(row: JobRow, revert_id: int) -> RevertRun:
    known = row.result or row.payload
    state = "running" if row.state == "waiting" else "failed" if known.get("error") else row.state
    return RevertRun(revert_id, state, known["done"], known["total"], _read_outcome(known, revert_id))


# --- the job ------------------------------------------------------------------------------------------


@handles(JOB)
def perform(platform: Platform, job: Job) -> Settled:
    """One slice, in one unit of work of the member who started it."""
    progress = Progress(**job.payload)
    actor = _actor(platform, job.workspace_id, progress.member)

    def step(work: Work) -> Settled:
        jobs.hold(work, job)
        if actor is None:
            return settle(work, job, Done(_finish(work, progress, error=STARTER_LEFT)))
        started = time.monotonic()
        after = _take_slice(work, progress)
        if after is None:
            return settle(work, job, Done(_finish(work, progress)))
        size = next_size(progress.size, time.monotonic() - started)
        return settle(work, job, Again(replace(after, size=size).to_payload()))

    return platform.run(actor or Actor.system(job.workspace_id, "job_worker"), step)


def _actor(platform: Platform, workspace_id: int, member_id: int | None) -> Actor | None:
    """Who started it, if still here: a revert never does more than its starter may."""
    if member_id is None:
        return Actor.system(workspace_id, "command_line")
    with platform.reading(Actor.system(workspace_id, "job_worker")) as work:
        member = people.find_member(work, member_id=member_id)
    return Actor.of_member(member) if member is not None and member.is_active else None


def _take_slice(work: Work, progress: Progress) -> Progress | None:
    """The progress after the next slice; None when nothing is left."""
    outcome = _read_outcome(progress.to_payload(), progress.revert)
    form = open_numbered(work, progress.number)
    writer = ChangesetWriter.continuing(work, form, progress.revert)
    after = _remove_slice(work, progress, writer, outcome) or _put_back_slice(work, progress, writer, outcome)
    writer.finish()
    return None if after is None else replace(after, outcome=_write_outcome(outcome))


def _remove_slice(
    work: Work, progress: Progress, writer: ChangesetWriter, outcome: RevertOutcome
) -> Progress | None:
    """Records that were created; None when none are left."""
    after = progress.after
    for place, number in enumerate(progress.forms):
        form = open_numbered(work, number)
        ids = rows.created_in(work, form, progress.changeset, after=after, limit=progress.size)
        if ids:
            remove_created(work, form, ids, progress.changeset, writer, outcome)
            left = progress.forms[place:]
            return replace(progress, forms=left, after=ids[-1], done=progress.done + len(ids))
        after = 0
    return None


def _put_back_slice(
    work: Work, progress: Progress, writer: ChangesetWriter, outcome: RevertOutcome
) -> Progress | None:
    """Changes before those that were gone through; None when none are left."""
    connection, workspace = work.connection, work.workspace.id
    found = changeset_rows.changes_before(
        connection, workspace, progress.changeset, progress.before, progress.size
    )
    if not found:
        return None
    for number in sorted({change.number for change in found}):
        ids = {change.record_id for change in found if change.number == number}
        changes = changeset_rows.changes_of_records(
            connection, workspace, number, sorted(ids), changeset_id=progress.changeset
        )
        undone = gather(change for change in reversed(changes) if not change.is_derived)
        if progress.before is not None:  # those were put back with their newest change, in an earlier slice
            undone = {key: undo for key, undo in undone.items() if undo.newest < progress.before}
        if undone:
            put_back(work, open_numbered(work, number), undone, progress.changeset, writer, outcome)
    done = progress.done + len(found)
    return replace(progress, forms=(), after=0, before=found[-1].sequence, done=done)


def _finish(work: Work, progress: Progress, error: str | None = None) -> dict[str, Any]:
    """Closes the revert. One that broke off leaves the changeset to be reverted anew."""
    close_changeset(work, progress.revert)
    row = changeset_rows.find(work.connection, work.workspace.id, progress.changeset)
    if error is None and row is not None:
        mark(work, read_row(row), progress.revert)
    kept = _write_outcome(_read_outcome(progress.to_payload(), progress.revert))
    return {"done": progress.done, "total": progress.total, "outcome": kept, "error": error}


# --- the outcome in the job ---------------------------------------------------------------------------


def _write_outcome(outcome: RevertOutcome) -> dict[str, Any]:
    return {
        "restored": outcome.restored,
        "deleted": outcome.deleted,
        "undeleted": outcome.undeleted,
        "reasons": dict(outcome.reasons),
        "skipped": [[one.form, one.record_id, one.code, list(one.fields)] for one in outcome.skipped],
    }


def _read_outcome(known: Mapping[str, Any], revert_id: int) -> RevertOutcome:
    written = known.get("outcome") or {}
    return RevertOutcome(
        changeset_id=revert_id,
        restored=written.get("restored", 0),
        deleted=written.get("deleted", 0),
        undeleted=written.get("undeleted", 0),
        skipped=[
            Skipped(form, record_id, code, tuple(fields))
            for form, record_id, code, fields in written.get("skipped", ())
        ],
        reasons=Counter(written.get("reasons", {})),
        most_named=MOST_NAMED,
    )
