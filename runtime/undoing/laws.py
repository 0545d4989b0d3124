"""Undoing what a changeset did to some records, as far as nobody went on from it.

In: records that a changeset created, or changed (`Undo`). Out: they are as before, and a `RevertOutcome`
counts them and lists those that are left, with the reason. Called by `reverting` with all of them at once and
by `slices` slice by slice. Computed cells are not put back: they follow.

Laws. A field that was changed since keeps its newer value (listed). A created record that was changed since
stays (listed). A deleted one comes back unless its unique value was taken (listed). What a revert that broke
off has put back is no later change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import access, rows, validation
from runtime.changesets.writing import Changeset, ChangesetWriter
from runtime.deltas import read_value
from runtime.store import changeset_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]
MARKS = frozenset({"updated_at", "updated_by", "deleted_at"})


@dataclass(frozen=True, slots=True)
class Skipped:
    """One record that is left as it is, wholly or in some `fields` (ids), and why."""

    form: str
    record_id: int
    code: str  # edited, deleted, unique, not_yours, field_removed
    fields: tuple[str, ...] = ()


@dataclass
class RevertOutcome:
    """What the revert did, or (dry run) would do."""

    changeset_id: int | None = None
    restored: int = 0  # records that got earlier values back
    deleted: int = 0  # records that the changeset had created
    undeleted: int = 0  # records that it had deleted
    skipped: list[Skipped] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)  # how many were skipped, by code
    problems: tuple[Problem, ...] = ()
    is_dry_run: bool = False
    is_about: bool = False  # counted, not gone through: `skipped` names none
    job_id: int | None = None  # a job does it: `find_run` says how far it is
    most_named: int | None = None  # how many `skipped` names at most; `reasons` counts all

    @property
    def is_done(self) -> bool:
        return not self.problems

    @property
    def kept(self) -> int:
        """How many were left as they are, wholly or in part."""
        return self.reasons.total()

    def skip(self, form: FormHandle, record_id: int, code: str, fields: tuple[str, ...] = ()) -> None:
        self.reasons[code] += 1
        if self.most_named is None or len(self.skipped) < self.most_named:
            self.skipped.append(Skipped(form.id, record_id, code, fields))


@dataclass
class Undo:
    """What undoes the changeset on one record."""

    before: dict[str, Any] = field(default_factory=dict)  # JSON by field id: of the oldest change
    kind: str = ""  # of the newest change that deleted or restored
    newest: int = 0  # sequence of the newest change


def mark(work: Work, changeset: Changeset, by: int | None) -> None:
    """The changeset is reverted; if it was a revert itself, what that had reverted no longer is."""
    changeset_rows.mark_reverted(work.connection, work.workspace.id, changeset.id, by)
    if changeset.reverts is not None:
        changeset_rows.mark_reverted(work.connection, work.workspace.id, changeset.reverts, None)


def open_forms(work: Work, number: int, more: Iterable[int] = ()) -> dict[int, FormHandle]:
    """The forms in which a changeset that began with a form may have created records, and others that it
    changed, opened in the one order that never deadlocks."""
    app = work.catalogue.form_numbered(number).app
    numbers = sorted({*(form.number for form in app.forms), *more})
    return {one: open_numbered(work, one) for one in numbers}


def open_numbered(work: Work, number: int) -> FormHandle:
    form = work.catalogue.form_numbered(number)
    return access.open_form(work, f"{form.app.key}.{form.key}", to="edit")


def gather(changes: Iterable[Any]) -> dict[int, Undo]:
    """By record, from changes newest first, so that the oldest values have the last word."""
    found: dict[int, Undo] = {}
    for change in changes:
        undo = found.setdefault(change.record_id, Undo())
        undo.newest = max(undo.newest, change.sequence)
        if change.kind != "update" and not undo.kind:
            undo.kind = change.kind
        undo.before.update(change.before)
    return found


def _later(
    work: Work, form: FormHandle, ids: Sequence[int], changeset_id: int, after: Mapping[int, int]
) -> dict[int, set[str]]:
    """By record the fields that other changesets changed since; what was undone again does not count."""
    found = [
        change
        for change in changeset_rows.changes_of_records(work.connection, work.workspace.id, form.number, ids)
        if change.sequence > after.get(change.record_id, 0)
        and change.changeset_id != changeset_id
        and not change.is_derived
    ]
    undone = _undone(work, {change.changeset_id for change in found}, changeset_id)
    later: dict[int, set[str]] = defaultdict(set)
    for change in found:
        if change.changeset_id not in undone:
            later[change.record_id].update(change.before)
    return later


def _undone(work: Work, later: set[int], changeset_id: int) -> set[int]:
    """Of later changesets, those that were reverted, and the reverts of later ones: together they are
    nothing. So are those that reverted this one: they and we want the same."""
    if not later:
        return set()
    rows_by_id = changeset_rows.find_many(work.connection, work.workspace.id, later)
    return {
        key
        for key, row in rows_by_id.items()
        if row.reverted_by is not None or (row.reverts is not None and row.reverts in {*later, changeset_id})
    }


def remove_created(
    work: Work,
    form: FormHandle,
    ids: Sequence[int],
    changeset_id: int,
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    """Live records that the changeset created go, unless somebody went on from them."""
    from runtime import records

    scope = access.record_scope(work, form, "delete")
    found = rows.read(work, form, ids, scope=scope, lock="update", is_live_only=True)
    later = _later(work, form, ids, changeset_id, {})
    gone = []
    for record_id in ids:
        if record_id in later:
            fields = tuple(sorted(later[record_id] - MARKS))
            outcome.skip(form, record_id, "edited", fields)
        elif record_id in found:
            gone.append(found[record_id])
        else:
            outcome.skip(form, record_id, "not_yours")
    outcome.deleted += len(gone)
    if gone and not outcome.is_dry_run:
        records.set_deleted(work, form, gone, writer, is_deleted=True)


def put_back(
    work: Work,
    form: FormHandle,
    undone: Mapping[int, Undo],
    changeset_id: int,
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    """Records that the changeset changed, deleted or brought back become what they were before. Those that
    it created are not among them, whatever it did to them afterwards."""
    scope = access.record_scope(work, form, "edit")
    ids = list(undone)
    found = rows.read(work, form, ids, scope=scope, lock="update")
    later = _later(work, form, ids, changeset_id, {key: undo.newest for key, undo in undone.items()})
    back, again, changed = [], [], []
    for record_id, undo in undone.items():
        row, since = found.get(record_id), later.get(record_id, set())
        if row is None:
            outcome.skip(form, record_id, "not_yours")
        elif row["created_in"] == changeset_id:
            continue
        elif undo.kind == "delete" and row["deleted_at"] is not None and "deleted_at" not in since:
            back.append(row)
        elif row["deleted_at"] is not None:
            outcome.skip(form, record_id, "deleted")
        elif undo.kind == "restore" and "deleted_at" not in since:
            again.append(row)
        else:
            changed.append(row)
    _undelete(work, form, back, writer, outcome)
    outcome.deleted += len(again)
    if again and not outcome.is_dry_run:
        from runtime import records

        records.set_deleted(work, form, again, writer, is_deleted=True)
    _put_values(work, form, [*changed, *back], undone, later, writer, outcome)


def _undelete(
    work: Work, form: FormHandle, back: list[Row], writer: ChangesetWriter, outcome: RevertOutcome
) -> None:
    from runtime import records

    taken = {place for place, _ in validation.duplicates(work, form, [(row, row) for row in back])}
    for place in sorted(taken):
        outcome.skip(form, back[place]["id"], "unique")
    back[:] = [row for place, row in enumerate(back) if place not in taken]
    outcome.undeleted += len(back)
    if back and not outcome.is_dry_run:
        records.set_deleted(work, form, back, writer, is_deleted=False)


def _put_values(
    work: Work,
    form: FormHandle,
    befores: Sequence[Row],
    undone: Mapping[int, Undo],
    later: Mapping[int, set[str]],
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    from runtime import candidates, records

    fields = {one.id: one for one in form.form.fields}
    wanted: dict[int, dict[str, Any]] = {}
    for row in befores:
        written = {key: value for key, value in undone[row["id"]].before.items() if key not in MARKS}
        kept = tuple(sorted(written.keys() & later.get(row["id"], set())))
        if kept:
            outcome.skip(form, row["id"], "edited", kept)
        removed = tuple(sorted(key for key in written if key not in fields and key != "owner"))
        if removed:
            outcome.skip(form, row["id"], "field_removed", removed)
        values = {
            key: read_value(fields[key], value) if key in fields else _owner(value)
            for key, value in written.items()
            if key not in kept and key not in removed
        }
        if values:
            wanted[row["id"]] = values
    outcome.restored += len(wanted)
    if not wanted:
        return
    current = rows.read(work, form, list(wanted), lock="update")
    if outcome.is_dry_run:
        return
    batch = candidates.restored_candidates(work, form, list(current.values()), wanted)
    for one in batch.candidates:
        if one.problems:
            outcome.restored -= 1
            outcome.skip(form, one.row["id"], "unique")
    records.store_changed(batch, writer)


def _owner(written: Any) -> int | None:
    return None if written is None else int(written)
