"""Conflicts: a record was saved by somebody else since it was read; nothing is overwritten in silence.

In: the record as it is, the version somebody had read, and what he wants. Out: `Conflict` with all three
sides of every field that either changed, and which of them clash. Called by `runtime.records`; shown by
screens as a table and by the API as 409 (docs/security.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.fields.base import Unresolved
from builder.problems import Problem
from runtime.coercion import coerce, parse_context
from runtime.deltas import read_value
from runtime.outcomes import Change, Outcome
from runtime.store import changeset_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work


@dataclass(frozen=True, slots=True)
class Side:
    """One field: what both started from, what you want and what is there now."""

    field: str  # its id
    base: Any
    yours: Any
    theirs: Any

    @property
    def is_clash(self) -> bool:
        return self.theirs != self.base and self.yours not in (self.base, self.theirs)


@dataclass(frozen=True, slots=True)
class Conflict:
    """`version` is the newest one; `updated_by` saved it. `sides` has every field that differs."""

    record_id: int
    version: int
    your_version: int
    updated_by: int | None
    updated_at: Any
    sides: tuple[Side, ...]

    @property
    def clashing(self) -> tuple[str, ...]:
        """Ids of the fields that both changed, differently."""
        return tuple(one.field for one in self.sides if one.is_clash)


def conflict_of(
    work: Work, form: FormHandle, current: Mapping[str, Any], version: int, raw: Mapping[str, object]
) -> Conflict:
    """Three sides of every field that you give or that somebody changed since `version`."""
    given = coerce(form, raw, parse_context(work, None)).values
    base = values_at(work, form, current, version)
    sides = []
    for field in form.form.fields:
        theirs = current.get(field.id)
        start = base.get(field.id, theirs)
        yours = given.get(field.id, start)
        if isinstance(yours, Unresolved):
            yours = yours.value
        if form.plan.find(field.id) is None and (yours != start or theirs != start):
            sides.append(Side(field.id, start, yours, theirs))
    return Conflict(
        current["id"], current["version"], version, current["updated_by"], current["updated_at"], tuple(sides)
    )


def values_at(work: Work, form: FormHandle, current: Mapping[str, Any], version: int) -> dict[str, Any]:
    """What the fields that changed since `version` held then, read from the changes in between."""
    changes = changeset_rows.changes_of_record(
        work.connection, work.workspace.id, form.number, current["id"], since_version=version
    )
    fields = {one.id: one for one in (*form.form.fields, *form.form.removed)}
    base: dict[str, Any] = {}
    for change in changes:  # newest first: the oldest has the last word
        for key, written in change.before.items():
            if key in fields:
                base[key] = read_value(fields[key], written)
    return base


GONE = Problem("record.not_found")


def refusal(
    work: Work, form: FormHandle, change: Change, before: dict[str, Any] | None, seen: Collection[int]
) -> Outcome | None:
    if before is None:
        return Outcome(problems=(GONE,))
    if change.record_id in seen:
        return Outcome(problems=(Problem("record.twice"),))
    if change.version is not None and change.version != before["version"]:
        return Outcome(conflict=conflict_of(work, form, before, change.version, change.raw))
    return None
