"""Validation of values against other records: what may stand only once.

In: a batch of rows about to be written. Out: a problem at each value that is already used, by a record
in storage or by an earlier row of the batch. Called by `runtime.records`; one statement per unique field
and batch. The unique index is the last word: where two writers race, the database asks for the unit of
work again, and this check then finds the other's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from builder.forms import Field
from builder.ids import show_record_id
from builder.problems import Problem, shown
from runtime import rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = Mapping[str, Any]


def unique_fields(form: FormHandle) -> tuple[Field, ...]:
    return tuple(
        one
        for one in form.form.fields
        if one.id in form.tables.fields and form.tables.fields[one.id].is_unique
    )


def duplicates(
    work: Work, form: FormHandle, batch: Sequence[tuple[Row | None, Row]]
) -> list[tuple[int, Problem]]:
    """(place in the batch, problem) for every (before, after) whose unique value is taken."""
    found: list[tuple[int, Problem]] = []
    for field in unique_fields(form):
        keys = _changed_keys(form, field, batch)
        if not keys:
            continue
        leaving = {batch[place][1]["id"] for place in keys}
        values = [batch[place][1][field.id] for place in keys]
        stored = rows.used_values(work, form, field.id, values)
        first: dict[str, int] = {}
        for place, key in keys.items():
            holder = stored.get(batch[place][1][field.id])
            if (holder is None or holder in leaving) and first.setdefault(key, place) == place:
                continue
            found.append((place, _problem(field, batch[place][1], holder)))
    return found


def _changed_keys(form: FormHandle, field: Field, batch: Sequence[tuple[Row | None, Row]]) -> dict[int, str]:
    """By place the normalised value, where it is new: in a new, changed or restored record."""
    keys = {}
    for place, (before, row) in enumerate(batch):
        key = rows.unique_key(form, field.id, row.get(field.id))
        was_live = before is not None and before.get("deleted_at") is None
        old = rows.unique_key(form, field.id, before.get(field.id)) if before and was_live else None
        if key is not None and key != old:
            keys[place] = key
    return keys


def _problem(field: Field, row: Row, holder: int | None) -> Problem:
    """Says that the value is taken; who has it only the id tells, which opens for whoever may see it."""
    params: dict[str, object] = {"label": field.labels, "given": shown(row.get(field.id))}
    if holder is not None:
        params["record"] = show_record_id(holder)
    return Problem("unique.taken", params, field.key)
