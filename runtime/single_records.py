"""Single-record forms: exactly one record, made with its defaults when the form is published or first used.

In: a handle of such a form. Out: its values (what `PARAM.x` reads in any expression). Called through
`Work.parameters` by every evaluation; `runtime.founding` makes the record. Read once per unit
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
    """The values of the one record; nothing where there is none yet."""
    key = f"settings:{form.number}"
    found: Row | None = work.memory.get(key)
    if found is None:
        work.memory[key] = {}  # what it computes of itself sees nothing of it
        found = work.memory[key] = find(work, form) or {}
    return found


def forget(work: Work, form: FormHandle) -> None:
    """After this unit of work changed it."""
    work.memory.pop(f"settings:{form.number}", None)


def find(work: Work, form: FormHandle) -> Row | None:
    """The record's row, held when writing."""
    return rows.read_first(work, form)
