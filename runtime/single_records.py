"""Single-record forms: exactly one record, made with its defaults when the form is published or first used.

In: a handle of such a form. Out: its values (what `PARAM.x` reads in any expression), or its record.
Called by `runtime.linked` for every evaluation, by `runtime.publishing` and by screens. Read once per unit
of work; a writer holds it, so that nobody changes a parameter while figures are computed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runtime import rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = Mapping[str, Any]


def values_of(work: Work, form: FormHandle) -> Row:
    """The values of the one record; its defaults where there is none yet."""
    key = f"settings:{form.number}"
    found: Row | None = work.memory.get(key)
    if found is None:
        work.memory[key] = {}  # what it computes of itself sees nothing of it
        found = work.memory[key] = find(work, form) or _defaults(work, form)
    return found


def forget(work: Work, form: FormHandle) -> None:
    """After this unit of work changed it."""
    work.memory.pop(f"settings:{form.number}", None)


def find(work: Work, form: FormHandle) -> Row | None:
    """The record's row, held when writing."""
    return rows.read_first(work, form)


def ensure(work: Work, form: FormHandle) -> int:
    """The id of the one record, made now if need be."""
    from runtime import records
    from runtime.candidates import new_candidates
    from runtime.changesets import ChangesetWriter

    work.require_writing()
    ids = rows.ids_of(work, form, 1)
    if ids:
        return ids[0]
    batch = new_candidates(work, form, [{}])
    for one in batch.candidates:  # a required field without a default waits for somebody to fill it
        one.problems = []
    writer = ChangesetWriter(work, form, "settings", {"kind": "single"})
    records.store_new(batch, writer)
    writer.finish()
    forget(work, form)
    return int(batch.candidates[0].row["id"])


def _defaults(work: Work, form: FormHandle) -> Row:
    from runtime.candidates import new_candidates

    return new_candidates(work, form, [{}]).candidates[0].row
