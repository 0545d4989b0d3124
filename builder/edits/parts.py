"""The parts of a form by id: fields and columns with their container, put in and taken out.

In: a form and ids. Out: `find_field`, `fields_of`, `with_fields`, `replaced`, `find_removed`. Used by
the edits. `within` is the id of a subform's field, or None for the form itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from builder.documents import with_columns
from builder.forms import Field, Form
from builder.problems import Problem

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Found:
    """A field, the container it is in and its place there."""

    field: Field
    within: str | None
    index: int


def find_field(form: Form, field_id: str) -> Found | None:
    for index, one in enumerate(form.fields):
        if one.id == field_id:
            return Found(one, None, index)
        for place, column in enumerate(one.subform.fields if one.subform else ()):
            if column.id == field_id:
                return Found(column, one.id, place)
    return None


def find_removed(form: Form, field_id: str) -> Found | None:
    for index, one in enumerate(form.removed):
        if one.id == field_id:
            return Found(one, None, index)
    for one in form.fields:
        for place, column in enumerate(one.subform.removed if one.subform else ()):
            if column.id == field_id:
                return Found(column, one.id, place)
    return None


def gone(field_id: str) -> Problem:
    return Problem("edit.field_gone", {"given": field_id})


def has_container(form: Form, within: str | None) -> bool:
    return within is None or (within in form.by_id and form.by_id[within].subform is not None)


def fields_of(form: Form, within: str | None) -> tuple[Field, ...]:
    subform = form.by_id[within].subform if within else form
    return subform.fields if subform else ()


def removed_of(form: Form, within: str | None) -> tuple[Field, ...]:
    subform = form.by_id[within].subform if within else form
    return subform.removed if subform else ()


def with_fields(
    form: Form, within: str | None, fields: tuple[Field, ...], removed: tuple[Field, ...] | None = None
) -> Form:
    """The form with these fields (and removed ones) in the container."""
    kept = removed_of(form, within) if removed is None else removed
    if within is None:
        return replace(form, fields=fields, removed=kept)
    holder = with_columns(form.by_id[within], fields, kept)
    return replace(form, fields=tuple(holder if one.id == within else one for one in form.fields))


def replaced(form: Form, found: Found, one: Field) -> Form:
    """The form where `one` stands in place of the found field."""
    if one.subform is not None:  # its form carries the field's own key and labels
        one = with_columns(one, one.subform.fields, one.subform.removed)
    fields = fields_of(form, found.within)
    return with_fields(form, found.within, inserted(without(fields, found.index), found.index, one))


def without(items: tuple[Item, ...], index: int) -> tuple[Item, ...]:
    return items[:index] + items[index + 1 :]


def inserted(items: tuple[Item, ...], index: int | None, one: Item) -> tuple[Item, ...]:
    """`items` with `one` at `index`; past the end or without an index, last."""
    place = len(items) if index is None else min(index, len(items))
    return (*items[:place], one, *items[place:])
