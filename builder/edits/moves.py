"""The edit that moves a field: within the layout, among columns, into a subform or out of one.

In: a form. Out: `MoveField` (see `builder.edits`). A drop that would break something is refused with
the reason: a formula elsewhere that reads the field, or the field's own expressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.edits.base import ID, INDEX, Edit, shape, sparse
from builder.edits.fields import keyed
from builder.edits.layout import PLACE, Place, put, take
from builder.edits.parts import (
    Found,
    fields_of,
    find_field,
    gone,
    has_container,
    inserted,
    with_fields,
    without,
)
from builder.fields.registry import field_type
from builder.forms import Field, Form, Labels
from builder.mentions import mentioned_ids, texts_of_field, texts_of_form
from builder.problems import Problem
from builder.structure import RESERVED_KEYS


@dataclass(frozen=True, slots=True)
class MoveField(Edit):
    """`within` is where it goes: None the form itself, else a subform. `place` counts the layout's
    rows without the field; `index` is its place among the fields or columns there."""

    name = "move_field"
    schema = shape(
        ("field",), field=ID, place=PLACE, within={"type": ["string", "null"]}, index=INDEX, after=ID
    )
    field: str
    place: Place | None = None
    within: str | None = None
    index: int | None = None
    after: str | None = None  # a column: goes behind this one

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> MoveField | Problem:
        place = Place.read(words.get("place"))
        return cls(words["field"], place, words.get("within"), words.get("index"), words.get("after"))

    def write(self) -> dict[str, Any]:
        place = self.place.write() if self.place else None
        return sparse(field=self.field, place=place, within=self.within, index=self.index, after=self.after)

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        if not has_container(form, self.within):
            return gone(self.within or "")
        if found.within == self.within:
            return self._moved(form, found, found.field)
        refusal = why_not_across(form, found, self.within)
        return refusal or self._moved(form, found, found.field)

    def _moved(self, form: Form, found: Found, one: Field) -> Form:
        rest = with_fields(form, found.within, without(fields_of(form, found.within), found.index))
        fields = fields_of(rest, self.within)
        index = self.index
        if self.after is not None:
            index = next((at + 1 for at, other in enumerate(fields) if other.id == self.after), index)
        if index is None and found.within == self.within and self.within is None:
            index = found.index  # a move in the layout leaves the order of the document alone
        moved = with_fields(rest, self.within, inserted(fields, index, keyed(one, fields)))
        sections = take(form.sections, self.field)[0]
        if self.within is None:
            sections = put(sections, self.field, self.place)
        return replace(moved, sections=sections)

    def inverse(self, before: Form) -> Edit:
        found = find_field(before, self.field)
        if found is None:
            raise LookupError(self.field)
        return MoveField(self.field, take(before.sections, self.field)[1], found.within, found.index)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        found = find_field(form, self.field)
        return found.field.labels if found else form.labels


def why_not_across(form: Form, found: Found, within: str | None) -> Problem | None:
    """Why a field cannot go between the form and a subform; None when nothing hangs on it."""
    one = found.field
    if within is not None and not field_type(one).can_be_column:
        return Problem("field.not_in_subform", {"label": one.labels, "type": one.type})
    if within is None and not form.sections:
        return Problem("edit.no_section")
    if within is not None and (one.is_unique or form.title == one.id):
        return Problem(
            "move.used_as_title" if form.title == one.id else "field.cannot_be_unique", {"label": one.labels}
        )
    taken = {
        name for other in fields_of(form, within) for name in (other.key, *other.aliases)
    } | RESERVED_KEYS
    if one.key in taken:
        return Problem("field.key_twice", {"given": one.key})
    for user in _users(form, one.id):
        return Problem("move.used_by", {"label": one.labels, "user": user})
    own = {found for text in texts_of_field(one) for found in mentioned_ids(text.text)}
    if own - {option.id for option in one.options}:
        return Problem("move.uses_others", {"label": one.labels})
    return None


def _users(form: Form, field_id: str) -> Iterator[Labels]:
    """The labels of what reads the field in this form, its own expressions apart."""
    for text in texts_of_form(form):
        is_own = text.field is not None and text.field.id == field_id
        if not is_own and field_id in mentioned_ids(text.text):
            yield text.field.labels if text.field else form.labels
    for rule in form.rules:
        if rule.field == field_id:
            yield rule.message
