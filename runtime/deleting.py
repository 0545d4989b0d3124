"""Deleting and restoring: a record goes into the bin and comes back, and what counts it follows.

In: a writing unit of work, a form handle, ids. Out: `Outcome`s. Called as part of `runtime.records`;
`set_deleted` by undo as well. Nothing is removed: `deleted_at` says it (docs/decisions, "Soft delete").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from builder.reads import EXISTENCE
from runtime import access, conflicts, filling, live, rows, validation, whole
from runtime.changesets.writing import ChangesetWriter, writer_for
from runtime.errors import NotFoundError
from runtime.outcomes import Cause, Change, Outcome, record_of
from runtime.recompute import Recompute, Touch
from runtime.store.database import RetryError

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]


def delete(
    work: Work, form: FormHandle, record_id: int, version: int | None = None, *, cause: Cause = None
) -> Outcome:
    """Puts a record into the bin: links to it show a tombstone, roll-ups do not count it any more."""
    [outcome] = delete_many(work, form, [Change(record_id, {}, version)], cause=cause)
    if outcome.problems:
        raise NotFoundError("record", record_id)
    return outcome


def delete_many(
    work: Work,
    form: FormHandle,
    changes: Sequence[Change],
    *,
    cause: Cause = None,
    changeset: int | None = None,
) -> list[Outcome]:
    """Deletes records: all or none. A record that is gone already, or of another version, refuses."""
    work.require_writing()
    scope = access.record_scope(work, form, "delete")
    found = rows.read(
        work, form, {one.record_id for one in changes}, scope=scope, lock="update", is_live_only=True
    )
    seen: set[int] = set()
    refusals = []
    for one in changes:
        refusals.append(conflicts.refusal(work, form, one, found.get(one.record_id), seen))
        seen.add(one.record_id)
    if form.form.is_single:
        return [Outcome(problems=(Problem("record.single"),)) for _ in changes]
    if any(refusals):
        return [one or Outcome() for one in refusals]
    writer = writer_for(work, form, "delete", cause, changeset)
    gone = set_deleted(work, form, list(found.values()), writer, is_deleted=True)
    changeset_id = writer.finish()
    by_id = {row["id"]: row for row in gone}
    return [Outcome(record_of(by_id[one.record_id]), changeset_id=changeset_id) for one in changes]


def set_deleted(
    work: Work, form: FormHandle, found: Sequence[Row], writer: ChangesetWriter, *, is_deleted: bool
) -> list[Row]:
    """Deletes or brings back rows in hand, with whatever follows."""
    kind = "delete" if is_deleted else "restore"
    afters = [_dated(work, row, is_deleted=is_deleted) for row in found]
    writer.begin(len(found))
    changes = []
    for before, after in zip(found, afters, strict=True):
        keys = ("deleted_at", "updated_at", "updated_by")
        changes.append((after["id"], before["version"], {key: after[key] for key in keys}))
        writer.add(form, after["id"], kind, before["version"], {key: before[key] for key in keys})
    if not rows.update(work, form, changes):
        raise RetryError("a locked record changed its version")
    cell = frozenset({(form.id, EXISTENCE)})
    touches = [Touch(old["id"], cell, old, new) for old, new in zip(found, afters, strict=True)]
    walk = Recompute(work, form.app, writer)
    walk.note(form, touches)
    if not is_deleted:  # while it was away its figures were not kept up
        walk.mark([one.cell for one in form.plan.computed if one.is_stored], [row["id"] for row in afters])
    walk.run()
    filling.start(work, form.app, walk.later)
    return afters


def _dated(work: Work, row: Row, *, is_deleted: bool) -> Row:
    after = dict(row)
    after |= {"deleted_at": work.now if is_deleted else None, "version": row["version"] + 1}
    return after | {"updated_at": work.now, "updated_by": work.actor.member_id}


def restore(work: Work, form: FormHandle, record_id: int, *, cause: Cause = None) -> Outcome:
    """Brings a deleted record back; refused, naming the field, where its unique value was taken since."""
    work.require_writing()
    scope = access.record_scope(work, form, "delete")
    found = rows.read(work, form, [record_id], scope=scope, lock="update")
    before = found.get(record_id)
    if before is None:
        raise NotFoundError("record", record_id)
    if before["deleted_at"] is None:
        return Outcome(record_of(before))
    problems = [problem for _, problem in validation.duplicates(work, form, [(before, before)])]
    if problems:
        return Outcome(problems=tuple(problems))
    writer = writer_for(work, form, "restore", cause, None)
    set_deleted(work, form, [before], writer, is_deleted=False)
    changeset_id = writer.finish()
    [row] = whole.read_whole(work, form, [record_id], live.all_fields(form))
    return Outcome(record_of(row), changeset_id=changeset_id)
