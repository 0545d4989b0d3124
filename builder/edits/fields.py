"""Edits that bring fields in and out: add, copy, remove, restore.

In: a form. Out: `AddField`, `CopyField`, `RemoveField`, `RestoreField` (see `builder.edits`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.documents import read_edit_field, with_columns, write_edit_field
from builder.edits.base import FLAG, ID, INDEX, NAMES, Edit, shape, sparse
from builder.edits.keys import new_key, new_option_key, unique
from builder.edits.layout import PLACE, Place, below, put, take
from builder.edits.parts import (
    fields_of,
    find_field,
    find_removed,
    gone,
    has_container,
    inserted,
    removed_of,
    with_fields,
    without,
)
from builder.edits.shapes import FIELD
from builder.fields.registry import BY_KEY, field_type, get_type
from builder.fields.settings import wrong_settings
from builder.forms import Field, Form, Labels, Option
from builder.ids import derived_id, new_logical_id
from builder.problems import Problem, shown
from builder.shapes import check_shape
from builder.structure import RESERVED_KEYS, element_ids

MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class AddField(Edit):
    """A new field, at a place or below the field `after`; as a column of the subform `within`.

    Without a key it gets one from its label when the edit is applied."""

    name = "add_field"
    schema = shape(
        ("field",), field={"type": "object"}, place=PLACE, after=ID, within=ID, index=INDEX
    )  # the field itself is checked by its type
    field: Field
    place: Place | None = None
    after: str | None = None
    within: str | None = None
    index: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> AddField | Problem:
        given = completed(words["field"])
        if isinstance(given, Problem):
            return given
        place = Place.read(words.get("place"))
        field = read_edit_field(given)
        return cls(field, place, words.get("after"), words.get("within"), words.get("index"))

    def write(self) -> dict[str, Any]:
        place = self.place.write() if self.place else None
        return sparse(
            field=write_edit_field(self.field),
            place=place,
            after=self.after,
            within=self.within,
            index=self.index,
        )

    def apply(self, form: Form) -> Form | Problem:
        refusal = self._refusal(form)
        if refusal is not None:
            return refusal
        fields = fields_of(form, self.within)
        one = keyed(self.field, fields)
        index = self.index
        if index is None and self.after is not None:
            index = next((at + 1 for at, other in enumerate(fields) if other.id == self.after), None)
        if self.within is not None:
            return with_fields(form, self.within, inserted(fields, index, one))
        place = self.place or (below(form.sections, self.after) if self.after else None)
        changed = with_fields(form, None, inserted(fields, index, one))
        return replace(changed, sections=put(form.sections, one.id, place))

    def _refusal(self, form: Form) -> Problem | None:
        if not has_container(form, self.within):
            return gone(self.within or "")
        if self.within is None and not form.sections:
            return Problem("edit.no_section")
        used = element_ids(form)
        new = list(ids_of(self.field))
        twice = next((one for one in new if one in used or new.count(one) > 1), None)
        if twice is not None:
            return Problem("form.id_twice", {"given": twice})
        if self.within is not None and not get_type(self.field.type).can_be_column:
            return Problem("field.not_in_subform", {"label": self.field.labels, "type": self.field.type})
        if len(fields_of(form, self.within)) >= MOST_FIELDS:
            return Problem("form.too_many_fields", {"most": MOST_FIELDS})
        taken = {name for one in fields_of(form, self.within) for name in (one.key, *one.aliases)}
        if self.field.key in taken | RESERVED_KEYS:
            return Problem("field.key_twice", {"given": self.field.key})
        return None

    def inverse(self, before: Form) -> Edit:
        return RemoveField(self.field.id, is_kept=False)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field.id})

    def subject(self, form: Form) -> Labels:
        return self.field.labels


def ids_of(one: Field) -> Iterator[str]:
    """Every id that comes with a field."""
    yield one.id
    yield from (option.id for option in one.options)
    for column in one.subform.fields if one.subform else ():
        yield from ids_of(column)


def completed(given: Mapping[str, Any]) -> dict[str, Any] | Problem:
    """The words of a new field with ids for what has none; or what is wrong with them."""
    words = {"id": new_logical_id(), "key": "", **given}
    if words.get("type") not in BY_KEY:
        return Problem("field.unknown_type", {"given": shown(words.get("type"))}, "/field/type")
    words["options"] = [
        {"id": new_logical_id(), "key": "", **one}
        for one in words.get("options", ())
        if isinstance(one, dict)
    ]
    problem = next(iter(wrong_words(words)), None)
    if problem is not None:
        return problem.at("/field" + (problem.field or ""))
    columns = []
    for place, one in enumerate(words.get("columns", ())):
        column = completed(one)
        if not isinstance(column, Problem) and not get_type(column["type"]).can_be_column:
            params = {"label": column["labels"], "type": column["type"]}
            column = Problem("field.not_in_subform", params, "/field/type")
        if isinstance(column, Problem):
            return column.at(f"/field/columns/{place}" + (column.field or "").removeprefix("/field"))
        columns.append(column)
    if get_type(words["type"]).has_columns:
        words["columns"] = columns
    return words


def wrong_words(words: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What no draft may hold: wrong shapes and impossible settings. Missing settings may come later."""
    return check_shape(FIELD, dict(words)) or wrong_settings(read_edit_field({**words, "columns": []}))


def keyed(one: Field, fields: tuple[Field, ...]) -> Field:
    """The field with a key, and keys for its options and columns, where they have none."""
    if not one.key:
        one = replace(one, key=new_key(one.labels, fields, one.type))
    options: tuple[Option, ...] = ()
    for option in one.options:
        option = option if option.key else replace(option, key=new_option_key(option.labels, options))
        options = (*options, option)
    one = replace(one, options=options)
    if one.subform is None:
        return one
    columns: tuple[Field, ...] = ()
    for column in one.subform.fields:
        columns = (*columns, keyed(column, columns))
    return with_columns(one, columns, one.subform.removed)


@dataclass(frozen=True, slots=True)
class CopyField(Edit):
    """A copy of a field below it: new ids throughout, its own key, the label with a number."""

    name = "copy_field"
    schema = shape(("field",), field=ID, new_id=ID)
    field: str
    new_id: str

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> CopyField | Problem:
        return cls(words["field"], words.get("new_id") or new_logical_id())

    def write(self) -> dict[str, Any]:
        return {"field": self.field, "new_id": self.new_id}

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        siblings = fields_of(form, found.within)
        copy = copied(found.field, self.new_id)
        copy = replace(copy, key="", aliases=(), labels=numbered(found.field.labels, siblings))
        if copy.subform is not None:
            copy = with_columns(copy, copy.subform.fields)
        return AddField(copy, after=self.field, within=found.within).apply(form)

    def inverse(self, before: Form) -> Edit:
        return RemoveField(self.new_id, is_kept=False)

    def touched(self) -> frozenset[str]:
        return frozenset({self.new_id})

    def subject(self, form: Form) -> Labels:
        found = find_field(form, self.field)
        return found.field.labels if found else form.labels


def numbered(labels: Labels, siblings: tuple[Field, ...]) -> Labels:
    """ "金额" → "金额 2"; the next number that no sibling has."""
    stem = {tag: re.sub(r" \d+\Z", "", text) for tag, text in labels.items()}
    taken = {text for one in siblings for text in one.labels.values()}
    number = 2
    while any(f"{text} {number}" in taken for text in stem.values()):
        number += 1
    return {tag: f"{text} {number}" for tag, text in stem.items()}


def copied(one: Field, new_id: str) -> Field:
    """`one` with new ids for itself, its options and columns, its own expressions following them.

    The ids follow from `new_id`: the edit must give the same when the log is replayed."""
    new_ids = {one.id: new_id}
    new_ids.update({option.id: derived_id(new_id, option.id) for option in one.options})
    columns = one.subform.fields if one.subform else ()
    for column in columns:
        new_ids[column.id] = derived_id(new_id, column.id)
        new_ids.update({option.id: derived_id(new_id, option.id) for option in column.options})
    copy = _with_ids(one, new_ids)
    if one.subform is None:
        return copy
    return with_columns(copy, tuple(_with_ids(column, new_ids) for column in columns))


def _with_ids(one: Field, new_ids: Mapping[str, str]) -> Field:
    def moved(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return re.sub(r"(?<=[#@])([a-z][a-z0-9]+)", lambda match: new_ids.get(match[1], match[1]), text)

    texts = {
        name: moved(getattr(one, name))
        for name in ("default", "visible_when", "required_when", "readonly_when")
    }
    in_config = {slot.setting for slot in field_type(one).expressions()}
    config = {name: moved(value) if name in in_config else value for name, value in one.config.items()}
    options = tuple(replace(option, id=new_ids[option.id]) for option in one.options)
    return replace(one, id=new_ids[one.id], options=options, config=config, **texts)


def read_names(words: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(words["names"]) if "names" in words else None


def renamed(one: Field, names: tuple[str, ...]) -> Field:
    """`one` under the first of the names, the rest its former keys."""
    one = replace(one, key=names[0], aliases=names[1:])
    return with_columns(one, one.subform.fields, one.subform.removed) if one.subform else one


@dataclass(frozen=True, slots=True)
class RemoveField(Edit):
    """Takes a field out of the form; it is kept among the removed ones with its data.

    `is_kept` False leaves no trace: only the inverse of adding it says so."""

    name = "remove_field"
    schema = shape(("field",), field=ID, kept=FLAG, removed_index=INDEX, names=NAMES)
    field: str
    is_kept: bool = True
    removed_index: int | None = None
    names: tuple[str, ...] | None = None  # the key and the former keys it is to be kept under

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> RemoveField | Problem:
        return cls(words["field"], words.get("kept", True), words.get("removed_index"), read_names(words))

    def write(self) -> dict[str, Any]:
        kept = None if self.is_kept else False
        names = list(self.names) if self.names else None
        return sparse(field=self.field, kept=kept, removed_index=self.removed_index, names=names)

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        removed = removed_of(form, found.within)
        if self.is_kept:
            one = renamed(found.field, self.names) if self.names else found.field
            removed = inserted(removed, self.removed_index, one)
        changed = with_fields(
            form, found.within, without(fields_of(form, found.within), found.index), removed
        )
        return replace(changed, sections=take(form.sections, self.field)[0])

    def inverse(self, before: Form) -> Edit:
        found = find_field(before, self.field)
        place = take(before.sections, self.field)[1]
        if found is None:
            raise LookupError(self.field)
        if self.is_kept:
            return RestoreField(self.field, place, found.index)
        return AddField(found.field, place, None, found.within, found.index)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        found = find_field(form, self.field)
        return found.field.labels if found else form.labels


@dataclass(frozen=True, slots=True)
class RestoreField(Edit):
    """Brings a removed field back, with its data. A key that is taken by now gets a number."""

    name = "restore_field"
    schema = shape(("field",), field=ID, place=PLACE, index=INDEX)
    field: str
    place: Place | None = None
    index: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> RestoreField | Problem:
        return cls(words["field"], Place.read(words.get("place")), words.get("index"))

    def write(self) -> dict[str, Any]:
        return sparse(field=self.field, place=self.place.write() if self.place else None, index=self.index)

    def apply(self, form: Form) -> Form | Problem:
        found = find_removed(form, self.field)
        if found is None:
            return gone(self.field)
        if found.within is None and not form.sections:
            return Problem("edit.no_section")
        fields = fields_of(form, found.within)
        taken = {name for one in fields for name in (one.key, *one.aliases)}
        key = unique(found.field.key, taken)
        aliases = [alias for alias in found.field.aliases if alias not in taken and alias != key]
        one = renamed(found.field, (key, *aliases))
        removed = without(removed_of(form, found.within), found.index)
        changed = with_fields(form, found.within, inserted(fields, self.index, one), removed)
        if found.within is not None:
            return changed
        return replace(changed, sections=put(form.sections, self.field, self.place))

    def inverse(self, before: Form) -> Edit:
        found = find_removed(before, self.field)
        if found is None:
            raise LookupError(self.field)
        return RemoveField(
            self.field, removed_index=found.index, names=(found.field.key, *found.field.aliases)
        )

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        found = find_removed(form, self.field)
        return found.field.labels if found else form.labels
