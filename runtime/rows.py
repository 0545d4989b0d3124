"""Rows of records, for the record service and recomputation: the store's row functions under a scope.

In: a unit of work, a form handle, ids or rows. Out: mutable row dicts (field id → strict value; a
subform → a tuple of line dicts), or rows written. Called by `runtime.records` and what it is made of;
screens and the API read through `runtime.queries`. The scope is the machinery's own, with its reason,
unless a caller passes an actor's (docs/decisions, "Who imports what"; docs/security.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runtime import live
from runtime.store import record_lookups, record_reads, record_rows
from runtime.store.record_reads import Lock
from runtime.store.scopes import AnyScope, Scope, SystemScope

if TYPE_CHECKING:
    from builder.compute import ComputedField
    from runtime.catalogue import FormHandle
    from runtime.platform import Work
    from runtime.recompute import Touch

__all__ = ["Lock"]
Row = dict[str, Any]
WRITE = SystemScope("write")
RECOMPUTE = SystemScope("recompute")
UNIQUE = SystemScope("unique")
CHANGESET = SystemScope("changeset")
SETTINGS = SystemScope("settings")


def read(
    work: Work,
    form: FormHandle,
    ids: Collection[int],
    fields: Collection[str] | None = None,
    *,
    reason: str = "write",
    scope: AnyScope | None = None,
    lock: Lock | None = None,
    is_live_only: bool = False,
) -> dict[int, Row]:
    """The rows by id. A field whose column holds no value to trust is computed by the database."""
    found = record_reads.read_rows(
        work.connection,
        form.tables,
        ids,
        fields,
        scope=scope or SystemScope(reason),
        lock=lock if work.is_writing else None,
        is_live_only=is_live_only,
    )
    computed = _computed(work, form, fields, reason)
    if computed and found:
        for record_id, values in live.values_of(work, form, list(found), computed).items():
            found[record_id].update(values)
    return found


def _computed(
    work: Work, form: FormHandle, fields: Collection[str] | None, reason: str
) -> list[ComputedField]:
    """What the database must compute. Writers compare with what is stored, right or not; of live
    fields they need only those that rules and daily fields read."""
    if reason == "linked":
        wanted = live.all_fields(form) if fields is None else fields
        return live.untrusted(work, form, wanted)
    needed = form.plan.needed_live
    return [one for one in form.plan.roll_ups if one.cell in needed and (fields is None or one.id in fields)]


def read_first(work: Work, form: FormHandle) -> Row | None:
    """The one record of a single-record form, as readers see it; held when writing."""
    lock: Lock | None = "share" if work.is_writing else None
    row = record_reads.read_first_row(work.connection, form.tables, scope=SETTINGS, lock=lock)
    computed = live.untrusted(work, form, live.all_fields(form))
    if row is not None and computed:
        row.update(live.values_of(work, form, [row["id"]], computed)[row["id"]])
    return row


def insert(work: Work, form: FormHandle, found: Sequence[Row], changeset_id: int) -> None:
    for row in found:
        row["created_in"] = changeset_id
    record_rows.insert_rows(work.connection, form.tables, found, scope=WRITE)


def update(work: Work, form: FormHandle, changes: Sequence[tuple[int, int, Mapping[str, Any]]]) -> bool:
    """Changes (id, version, cells); False when one was stale, which a locked row never is."""
    return record_rows.update_rows(work.connection, form.tables, changes, scope=WRITE)


def write_computed(work: Work, form: FormHandle, touches: Sequence[Touch]) -> None:
    """The computed cells that changed, of records and of their lines: one statement a table."""
    cells = {cell for touch in touches for cell in touch.cells}
    for table in sorted({table for table, _ in cells}):
        fields = sorted(field for owner, field in cells if owner == table)
        changed = (
            _changed_main(touches, fields) if table == form.id else _changed_lines(touches, table, fields)
        )
        target = form.tables if table == form.id else form.tables.lines[table]
        record_rows.update_computed(work.connection, target, changed, scope=RECOMPUTE)


def _changed_main(touches: Iterable[Touch], fields: Sequence[str]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for touch in touches:
        if any(touch.was.get(field) != touch.is_now.get(field) for field in fields):
            found[touch.id] = {field: touch.is_now.get(field) for field in fields}
    return found


def _changed_lines(
    touches: Iterable[Touch], subform: str, fields: Sequence[str]
) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for touch in touches:
        for old, new in zip(touch.was.get(subform) or (), touch.is_now.get(subform) or (), strict=True):
            if any(old.get(field) != new.get(field) for field in fields):
                found[new["id"]] = {field: new.get(field) for field in fields}
    return found


def ids_of(work: Work, form: FormHandle, limit: int, after: int = 0) -> list[int]:
    """Ids of live records in their order."""
    return record_reads.list_ids(work.connection, form.tables, scope=RECOMPUTE, after=after, limit=limit)


def created_in(
    work: Work, form: FormHandle, changeset_id: int, *, after: int = 0, limit: int | None = None
) -> list[int]:
    """Ids of the live records that a changeset created, in their order."""
    return record_lookups.created_in(
        work.connection, form.tables, changeset_id, scope=CHANGESET, after=after, limit=limit
    )


def hosts_of(
    work: Work, form: FormHandle, table: str, link: str, ids: Collection[int], limit: int
) -> set[int]:
    """What a link of these records, or of their lines, points to."""
    rows = form.tables if table == form.id else form.tables.lines[table]
    return record_reads.find_targets(work.connection, rows, link, ids, scope=RECOMPUTE, limit=limit)


def linking_to(
    work: Work, form: FormHandle, table: str, link: str, ids: Collection[int], limit: int
) -> set[int]:
    """The records whose link, or a line's, points to one of these."""
    rows = form.tables if table == form.id else form.tables.lines[table]
    return record_reads.find_linking(work.connection, rows, link, ids, scope=RECOMPUTE, limit=limit)


def ids_by_value(
    work: Work, form: FormHandle, field: str, values: Collection[Any], scope: AnyScope
) -> dict[Any, list[int]]:
    """The live records that have one of these values in a field, two at most for each value."""
    return record_lookups.find_by_values(work.connection, form.tables, field, values, scope=scope)


def used_values(work: Work, form: FormHandle, field: str, values: Collection[Any]) -> dict[Any, int]:
    """Which of these values live records have already in a unique field, with one record each."""
    return record_lookups.used_values(work.connection, form.tables, field, values, scope=UNIQUE)


def unique_key(form: FormHandle, field: str, value: Any) -> str | None:
    """The text under which a value may stand only once."""
    derive = form.tables.fields[field].storage.unique_key
    return derive(value) if derive is not None and value is not None else None


def is_within(scope: Scope, row: Mapping[str, Any]) -> bool:
    """Whether a row in hand is one that the scope allows."""
    if scope.reach == "everything":
        return True
    return scope.reach == "owned" and row.get("owner") == scope.member_id
