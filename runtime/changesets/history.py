"""History of a record: who changed which field from what to what, newest first, back to its creation.

In: a record that the actor may see. Out: `HistoryEntry`s. Called by screens and the API. The values *after* a
change are what the next change found, or what is there now: changes keep only what was before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runtime import access, live, whole
from runtime.changesets.writing import Changeset, read_row
from runtime.deltas import read_value
from runtime.errors import NotFoundError
from runtime.store import changeset_rows

if TYPE_CHECKING:
    from builder.forms import Field
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field from `old` to `new` (strict values). `is_derived`: it followed, nobody wrote it."""

    field: str  # its id, or "owner"
    old: Any
    new: Any
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one changeset did to the record. `kind`: create, update, delete, restore."""

    changeset: Changeset | None
    at: datetime
    kind: str
    changes: tuple[FieldChange, ...]

    @property
    def is_derived(self) -> bool:
        """Whether only computed values moved."""
        return self.kind == "update" and all(one.is_derived for one in self.changes)


def history(work: Work, form: FormHandle, record_id: int, *, limit: int = 200) -> list[HistoryEntry]:
    """Everything that happened to a record, newest first."""
    fields = {one.id: one for one in (*form.form.fields, *form.form.removed)}
    scope = access.record_scope(work, form)
    found = whole.read_whole(work, form, [record_id], live.all_fields(form), scope=scope)
    if not found:
        raise NotFoundError("record", record_id)
    [state] = found
    changes = changeset_rows.changes_of_record(work.connection, work.workspace.id, form.number, record_id)
    ids = {change.changeset_id for change in changes} | {state["created_in"]} - {None}
    causes = changeset_rows.find_many(work.connection, work.workspace.id, ids) if ids else {}
    entries: list[HistoryEntry] = []
    for changeset_id, group in _by_changeset(changes):
        row = causes.get(changeset_id)
        cause = read_row(row) if row is not None else None
        kind = next((one.kind for one in group if one.kind != "update"), "update")
        moved = _step_back(group, state, fields)
        if moved or kind != "update":
            at = group[0].before.get("updated_at") if cause is None else cause.at
            entries.append(HistoryEntry(cause, at, kind, moved))
    entries.append(_creation(form, state, causes))
    return entries[:limit]


def _by_changeset(changes: list[Any]) -> list[tuple[int, list[Any]]]:
    """Neighbouring changes of one cause, together."""
    groups: list[tuple[int, list[Any]]] = []
    for change in changes:
        if not groups or groups[-1][0] != change.changeset_id:
            groups.append((change.changeset_id, []))
        groups[-1][1].append(change)
    return groups


def _step_back(
    group: list[Any], state: dict[str, Any], fields: Mapping[str, Field]
) -> tuple[FieldChange, ...]:
    """The fields that a group changed; `state` becomes what it was before them."""
    after = dict(state)
    derived: dict[str, bool] = {}
    for change in group:
        for key, written in change.before.items():
            if key in fields:
                state[key] = read_value(fields[key], written)
            elif key == "owner":
                state[key] = None if written is None else int(written)
            else:
                continue
            derived[key] = bool(change.is_derived)
    return tuple(
        FieldChange(key, state[key], after.get(key), is_derived)
        for key, is_derived in derived.items()
        if state[key] != after.get(key)
    )


def _creation(form: FormHandle, state: Mapping[str, Any], causes: Mapping[int, Any]) -> HistoryEntry:
    row = causes.get(state["created_in"])
    blank = (None, (), "")
    changes = tuple(
        FieldChange(one.id, None, state.get(one.id), form.plan.find(one.id) is not None)
        for one in form.form.fields
        if state.get(one.id) not in blank
    )
    cause = read_row(row) if row is not None else None
    return HistoryEntry(cause, state["created_at"], "create", changes)
