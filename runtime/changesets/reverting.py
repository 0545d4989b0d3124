"""Reverting: what a changeset did is undone, days later too, except where somebody went on from it.

In: a changeset. Out: `RevertOutcome`: how many records get their values back, go, or come back, and which
are left as they are, with the reason. A revert is itself a changeset, so it can be undone as well. Called by
`runtime.changesets`, imports and the API. Computed cells are not put back: they follow.

Laws. A field that was changed since keeps its newer value (listed). A created record that was changed since
stays (listed). A deleted one comes back unless its unique value was taken (listed).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.problems import Problem
from runtime import access, rows, validation
from runtime.changesets.writing import ChangesetWriter, get_changeset
from runtime.deltas import read_value
from runtime.errors import NotFoundError
from runtime.store import changeset_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]
SLICE = 500
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
    problems: tuple[Problem, ...] = ()
    is_dry_run: bool = False

    @property
    def is_done(self) -> bool:
        return not self.problems


@dataclass
class _Undo:
    """What undoes the changeset on one record."""

    before: dict[str, Any] = field(default_factory=dict)  # JSON by field id: of the oldest change
    kind: str = ""  # of the newest change that deleted or restored
    newest: int = 0  # sequence of the newest change


def revert(work: Work, changeset_id: int, *, is_dry_run: bool = False) -> RevertOutcome:
    """Undoes a changeset; with `is_dry_run` only says what that would do."""
    changeset = get_changeset(work, changeset_id)
    outcome = RevertOutcome(is_dry_run=is_dry_run)
    if changeset.is_open or changeset.is_reverted:
        code = "changeset.is_open" if changeset.is_open else "changeset.is_reverted"
        outcome.problems = (Problem(code),)
        return outcome
    if changeset.number is None:
        raise NotFoundError("changeset", changeset_id)
    undone = _read_changes(work, changeset_id)
    app = work.catalogue.form_numbered(changeset.number).app
    numbers = sorted({*(form.number for form in app.forms), *undone})
    handles = {number: access.open_form(work, _ref(work, number), to="edit") for number in numbers}
    writer = ChangesetWriter(work, handles[changeset.number], "revert", {"changeset": str(changeset_id)})
    writer.reverts = changeset_id
    for number in numbers:
        _revert_form(work, handles[number], changeset_id, undone.get(number, {}), writer, outcome)
    if not is_dry_run:
        writer.begin()
        outcome.changeset_id = writer.finish()
        changeset_rows.mark_reverted(work.connection, work.workspace.id, changeset_id, outcome.changeset_id)
        if changeset.reverts is not None:
            changeset_rows.mark_reverted(work.connection, work.workspace.id, changeset.reverts, None)
    return outcome


def _ref(work: Work, number: int) -> str:
    form = work.catalogue.form_numbered(number)
    return f"{form.app.key}.{form.key}"


def _read_changes(work: Work, changeset_id: int) -> dict[int, dict[int, _Undo]]:
    """By form number and record: newest first, so that the oldest values have the last word."""
    found: dict[int, dict[int, _Undo]] = defaultdict(dict)
    for change in changeset_rows.changes_of_changeset(work.connection, work.workspace.id, changeset_id):
        undo = found[change.number].setdefault(change.record_id, _Undo())
        undo.newest = max(undo.newest, change.sequence)
        if change.kind != "update" and not undo.kind:
            undo.kind = change.kind
        undo.before.update(change.before)
    return found


def _revert_form(
    work: Work,
    form: FormHandle,
    changeset_id: int,
    undone: Mapping[int, _Undo],
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    created = [one for one in rows.created_in(work, form, changeset_id) if one not in undone]
    both = [one for one in rows.created_in(work, form, changeset_id) if one in undone]
    for ids in _slices(created + both):
        _remove_created(work, form, ids, changeset_id, writer, outcome)
    changed = [one for one in undone if one not in set(both)]
    for ids in _slices(changed):
        _put_back(work, form, {one: undone[one] for one in ids}, changeset_id, writer, outcome)


def _slices(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))


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
    undone = _undone(work, {change.changeset_id for change in found})
    later: dict[int, set[str]] = defaultdict(set)
    for change in found:
        if change.changeset_id not in undone:
            later[change.record_id].update(change.before)
    return later


def _undone(work: Work, later: set[int]) -> set[int]:
    """Of later changesets, those that were reverted, and the reverts of later ones: together they are
    nothing."""
    if not later:
        return set()
    rows_by_id = changeset_rows.find_many(work.connection, work.workspace.id, later)
    return {
        key
        for key, row in rows_by_id.items()
        if row.reverted_by is not None or (row.reverts is not None and row.reverts in later)
    }


def _remove_created(
    work: Work,
    form: FormHandle,
    ids: Sequence[int],
    changeset_id: int,
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    from runtime import records

    scope = access.record_scope(work, form, "delete")
    found = rows.read(work, form, ids, scope=scope, lock="update", is_live_only=True)
    later = _later(work, form, ids, changeset_id, {})
    gone = []
    for record_id in ids:
        if record_id in later:
            fields = tuple(sorted(later[record_id] - MARKS))
            outcome.skipped.append(Skipped(form.id, record_id, "edited", fields))
        elif record_id in found:
            gone.append(found[record_id])
        else:
            outcome.skipped.append(Skipped(form.id, record_id, "not_yours"))
    outcome.deleted += len(gone)
    if gone and not outcome.is_dry_run:
        records.set_deleted(work, form, gone, writer, is_deleted=True)


def _put_back(
    work: Work,
    form: FormHandle,
    undone: Mapping[int, _Undo],
    changeset_id: int,
    writer: ChangesetWriter,
    outcome: RevertOutcome,
) -> None:
    scope = access.record_scope(work, form, "edit")
    ids = list(undone)
    found = rows.read(work, form, ids, scope=scope, lock="update")
    later = _later(work, form, ids, changeset_id, {key: undo.newest for key, undo in undone.items()})
    back, again, changed = [], [], []
    for record_id, undo in undone.items():
        row, since = found.get(record_id), later.get(record_id, set())
        if row is None:
            outcome.skipped.append(Skipped(form.id, record_id, "not_yours"))
        elif undo.kind == "delete" and row["deleted_at"] is not None and "deleted_at" not in since:
            back.append(row)
        elif row["deleted_at"] is not None:
            outcome.skipped.append(Skipped(form.id, record_id, "deleted"))
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
    outcome.skipped += [Skipped(form.id, back[place]["id"], "unique") for place in sorted(taken)]
    back[:] = [row for place, row in enumerate(back) if place not in taken]
    outcome.undeleted += len(back)
    if back and not outcome.is_dry_run:
        records.set_deleted(work, form, back, writer, is_deleted=False)


def _put_values(
    work: Work,
    form: FormHandle,
    befores: Sequence[Row],
    undone: Mapping[int, _Undo],
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
            outcome.skipped.append(Skipped(form.id, row["id"], "edited", kept))
        removed = tuple(sorted(key for key in written if key not in fields and key != "owner"))
        if removed:
            outcome.skipped.append(Skipped(form.id, row["id"], "field_removed", removed))
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
            outcome.skipped.append(Skipped(form.id, one.row["id"], "unique"))
    records.store_changed(batch, writer)


def _owner(written: Any) -> int | None:
    return None if written is None else int(written)
