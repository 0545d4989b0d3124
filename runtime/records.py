"""The record service: every write of records goes through here, whoever asks (ARCHITECTURE.md).

In: a writing unit of work, a form handle that `access` opened, raw values by field key. Out: `Outcome`s:
the record as stored, or all problems at once, or the conflict with what somebody else saved. Called by
screens, the API, imports and demo data; `preview` by live recalculation, with the same code and no write.

The order of one write (docs/decisions, "Locks"): parse → look up references → lock and read what is linked →
defaults, hiding, formulas, validation, uniqueness → serial numbers → changeset and rows → roll-ups and
whatever else reads what changed. Sets throughout: the number of statements does not depend on the
number of records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from builder.dependencies import Cell
from builder.fields.base import ParseContext
from builder.problems import Problem
from builder.reads import EXISTENCE
from runtime import access, conflicts, evaluation, filling, live, rows, serials, single_records, whole
from runtime.candidates import Batch, Candidate, changed_candidates, changed_cells, new_candidates
from runtime.changesets.writing import ChangesetWriter, writer_for
from runtime.conflicts import Conflict
from runtime.deleting import delete, delete_many, restore, set_deleted
from runtime.errors import NotFoundError
from runtime.outcomes import SYSTEM_KEYS, Cause, Change, Outcome, Preview, Raw, Record, record_of
from runtime.recompute import Recompute, Touch
from runtime.store.database import RetryError

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

__all__ = [
    "Cause",
    "Change",
    "Conflict",
    "Outcome",
    "Preview",
    "Raw",
    "Record",
    "create",
    "create_many",
    "delete",
    "delete_many",
    "preview",
    "record_of",
    "restore",
    "set_deleted",
    "store_changed",
    "store_new",
    "update",
    "update_many",
]

Row = dict[str, Any]
NEVER_KEPT = frozenset({"id", "version", "created_at", "created_by", "created_in"})


# --- creating ---------------------------------------------------------------------------------------


def create(
    work: Work,
    form: FormHandle,
    raw: Raw,
    *,
    cause: Cause = None,
    context: ParseContext | None = None,
    record_id: int | None = None,
) -> Outcome:
    """One new record; `record_id` is one that was handed out with its form, so that it is made once."""
    ids = [record_id] if record_id is not None else None
    [outcome] = create_many(work, form, [raw], cause=cause, context=context, ids=ids)
    return _complete(work, form, outcome)


def create_many(
    work: Work,
    form: FormHandle,
    raws: Sequence[Raw],
    *,
    cause: Cause = None,
    context: ParseContext | None = None,
    changeset: int | None = None,
    is_partial: bool = False,
    ids: Sequence[int] | None = None,
) -> list[Outcome]:
    """New records: all or none, or with `is_partial` each that is right. `changeset` is an open one."""
    work.require_writing()
    if form.form.is_single:
        return [Outcome(problems=(Problem("record.single"),)) for _ in raws]
    batch = new_candidates(work, form, raws, context, ids=ids)
    if not _may_write(batch, is_partial):
        return [Outcome(problems=tuple(one.problems)) for one in batch.candidates]
    writer = writer_for(work, form, "create", cause, changeset)
    store_new(batch, writer)
    return _outcomes(batch, writer.finish())


def _may_write(batch: Batch, is_partial: bool) -> bool:
    return bool(batch.good) and (is_partial or len(batch.good) == len(batch.candidates))


def _outcomes(batch: Batch, changeset_id: int | None) -> list[Outcome]:
    return [
        Outcome(problems=tuple(one.problems))
        if one.problems
        else Outcome(record_of(one.row), changeset_id=changeset_id, is_changed=_is_changed(one))
        for one in batch.candidates
    ]


def _is_changed(one: Candidate) -> bool:
    return one.before is None or one.row["version"] != one.before["version"]


def store_new(batch: Batch, writer: ChangesetWriter) -> None:
    """Numbers and inserts what is right, and brings everything that reads it up to date."""
    work, form = batch.work, batch.form
    found = [one.row for one in batch.good]
    _number(batch, found)
    rows.insert(work, form, found, writer.begin(len(found)))
    cells = frozenset(_own_cells(form) if form.form.is_single else ()) | {(form.id, EXISTENCE)}
    touches = [Touch(row["id"], cells, None, row) for row in found]
    _follow(work, form, touches, writer)


def _number(batch: Batch, found: Sequence[Row]) -> None:
    """Serial numbers, and the formulas that read them."""
    serial_fields = serials.serial_fields(batch.form)
    if not serial_fields:
        return
    serials.number_rows(batch.work, batch.form, found)
    cells = frozenset((batch.form.id, one.id) for one in serial_fields)
    plan = batch.form.plan
    if any(not cells.isdisjoint(one.own_cells) for one in plan.written):
        for row in found:
            evaluation.compute(plan, plan.written, row, batch.env, only=cells)


def _own_cells(form: FormHandle) -> set[Cell]:
    return {(form.id, one.id) for one in form.form.fields}


def _follow(work: Work, form: FormHandle, touches: Sequence[Touch], writer: ChangesetWriter) -> Recompute:
    if form.form.is_single:
        single_records.forget(work, form)
    walk = Recompute(work, form.app, writer)
    walk.note(form, touches)
    walk.run()
    filling.start(work, form.app, walk.later)
    return walk


def _complete(work: Work, form: FormHandle, outcome: Outcome) -> Outcome:
    """The record with its live fields, where the form has any: what whoever saved it wants to see."""
    if outcome.record is None or not _needs_reading(form):
        return outcome
    [row] = whole.read_whole(work, form, [outcome.record.id], live.all_fields(form))
    return replace(outcome, record=record_of(row))


def _needs_reading(form: FormHandle) -> bool:
    """Whether the row in hand may lack something: live fields, or roll-ups that read their own record."""
    if form.filling or any(not one.is_stored for one in form.plan.computed):
        return True
    clauses = [
        clause for one in form.plan.roll_ups for clause in (one.clause, one.where) if clause is not None
    ]
    return any(not (read.hops or read.is_everywhere) for clause in clauses for read in clause.reads)


# --- changing ---------------------------------------------------------------------------------------


def update(
    work: Work,
    form: FormHandle,
    record_id: int,
    version: int | None,
    raw: Raw,
    *,
    cause: Cause = None,
    context: ParseContext | None = None,
) -> Outcome:
    """Changes one record; `NotFoundError` when the actor may not edit such a record."""
    change = Change(record_id, raw, version)
    [outcome] = update_many(work, form, [change], cause=cause, context=context)
    if outcome.problems and outcome.problems[0].code == conflicts.GONE.code:
        raise NotFoundError("record", record_id)
    return _complete(work, form, outcome)


def update_many(
    work: Work,
    form: FormHandle,
    changes: Sequence[Change],
    *,
    cause: Cause = None,
    context: ParseContext | None = None,
    changeset: int | None = None,
    is_partial: bool = False,
) -> list[Outcome]:
    """Changes records: all or none, or with `is_partial` each that can be. A record named twice is
    changed by the first; the second is refused."""
    work.require_writing()
    scope = access.record_scope(work, form, "edit")
    ids = {one.record_id for one in changes}
    found = rows.read(work, form, ids, scope=scope, lock="update", is_live_only=True)
    outcomes: list[Outcome | None] = [None] * len(changes)
    places = []
    seen: set[int] = set()
    for place, one in enumerate(changes):
        outcomes[place] = conflicts.refusal(work, form, one, found.get(one.record_id), seen)
        if outcomes[place] is None:
            places.append(place)
            seen.add(one.record_id)
    befores = [found[changes[place].record_id] for place in places]
    batch = changed_candidates(work, form, befores, [changes[place].raw for place in places], context)
    refused = len(places) < len(changes) or len(batch.good) < len(places)
    writer = writer_for(work, form, "update", cause, changeset)
    if places and (is_partial or not refused):
        store_changed(batch, writer)
    changeset_id = writer.finish()
    for place, outcome in zip(places, _outcomes(batch, changeset_id), strict=True):
        outcomes[place] = outcome if is_partial or not refused or outcome.problems else Outcome()
    return [outcome or Outcome() for outcome in outcomes]


def store_changed(batch: Batch, writer: ChangesetWriter, kind: str = "update") -> None:
    """Writes what differs, notes what was before, and brings everything that reads it up to date."""
    work, form = batch.work, batch.form
    touches = []
    changes = []
    for one in batch.good:
        cells = changed_cells(form, one.was, one.row)
        changed = {_field_of(form, cell) for cell in cells} - {"updated_at", "updated_by", "version"}
        if not changed:
            _leave_unchanged(one)
            continue
        one.row["version"] = one.was["version"] + 1
        written = {key: one.row[key] for key in (changed | {"updated_at", "updated_by"}) - NEVER_KEPT}
        changes.append((one.row["id"], one.was["version"], written))
        _note(writer, form, one, changed, kind)
        touches.append(Touch(one.row["id"], cells, one.before, one.row))
    if not changes:
        return
    writer.begin(len(changes))
    if not rows.update(work, form, changes):
        raise RetryError("a locked record changed its version")
    _follow(work, form, touches, writer)


def _field_of(form: FormHandle, cell: Cell) -> str:
    return cell[1] if cell[0] == form.id else cell[0]


def _leave_unchanged(one: Candidate) -> None:
    """Saving what is there already is no change: no version, no changeset."""
    one.row |= {"updated_at": one.was["updated_at"], "updated_by": one.was["updated_by"]}


def _note(writer: ChangesetWriter, form: FormHandle, one: Candidate, changed: set[str], kind: str) -> None:
    """The values before: what people changed, and apart from it what was computed."""
    computed = {key for key in changed if form.plan.find(key) is not None}
    given = {key: one.was.get(key) for key in changed - computed}
    given |= {"updated_at": one.was["updated_at"], "updated_by": one.was["updated_by"]}
    writer.add(form, one.row["id"], kind, one.was["version"], given)
    derived = {key: one.was.get(key) for key in computed if form.plan.find(key).is_stored}  # type: ignore[union-attr]
    if derived:
        writer.add_derived(form, one.row["id"], one.was["version"], derived)


# --- looking ahead ------------------------------------------------------------------------------------


def preview(
    work: Work,
    form: FormHandle,
    raw: Raw,
    record_id: int | None = None,
    *,
    context: ParseContext | None = None,
) -> Preview:
    """The record as saving would make it: defaults, formulas, what shows, what is wrong. No write."""
    if record_id is None:
        batch = new_candidates(work, form, [raw], context)
    else:
        scope = access.record_scope(work, form, "edit")
        found = whole.read_whole(work, form, [record_id], live.all_fields(form), scope=scope)
        if not found:
            raise NotFoundError("record", record_id)
        batch = changed_candidates(work, form, found, [raw], context)
    [one] = batch.candidates
    evaluation.compute(form.plan, form.plan.formulas, one.row, batch.env)
    keys = _keys(form, one)
    values = {key: value for key, value in one.row.items() if key not in SYSTEM_KEYS}
    face = one.face
    return Preview(values, keys - face.hidden, face.required, face.readonly, tuple(one.problems))


def _keys(form: FormHandle, one: Candidate) -> frozenset[str]:
    keys = {field.key for field in form.form.fields}
    for subform, columns in form.plan.columns.items():
        for place, _ in evaluation.numbered(one.row, subform, one.coerced.places):
            keys |= {f"{form.form.by_id[subform].key}.{place}.{column.field.key}" for column in columns}
    return frozenset(keys)
