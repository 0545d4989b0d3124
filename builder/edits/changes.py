"""Edits that change a field where it is: its settings, its key, its options.

In: a form. Out: `ChangeField`, `RenameKey`, `AddOption`, `ChangeOptions` (see `builder.edits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from builder.documents import read_option, write_option
from builder.edits.base import FLAG, ID, INDEX, KEY, Edit, merged, reversed_patch, shape, sparse
from builder.edits.base import NAMES as ALIASES_OR_NONE
from builder.edits.keys import new_option_key
from builder.edits.parts import Found, fields_of, find_field, gone, inserted, replaced
from builder.edits.shapes import FIELD_CHANGES, OPTION, OPTIONS
from builder.fields.registry import field_type
from builder.fields.settings import wrong_settings
from builder.forms import Field, Form, Labels, Option
from builder.ids import new_logical_id
from builder.problems import Problem
from builder.structure import RESERVED_KEYS, element_ids

_ATTRIBUTES = {
    "required": "is_required",
    "unique": "is_unique",
    "default": "default",
    "visible_when": "visible_when",
    "required_when": "required_when",
    "readonly_when": "readonly_when",
    "aliases": "aliases",
}
_PATCHED = ("labels", "help", "config")  # changed entry by entry; None takes an entry away


def _labels_of(form: Form, field_id: str) -> Labels:
    found = find_field(form, field_id)
    return found.field.labels if found else form.labels


@dataclass(frozen=True, slots=True)
class ChangeField(Edit):
    """New settings of a field. A text of None takes the setting away; the type stays what it is."""

    name = "change_field"
    schema = shape(("field", "changes"), field=ID, changes=FIELD_CHANGES)
    field: str
    changes: Mapping[str, Any]

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeField | Problem:
        return cls(words["field"], dict(words["changes"]))

    def write(self) -> dict[str, Any]:
        return {"field": self.field, "changes": dict(self.changes)}

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        wanted = self.changes.get("type", found.field.type)
        if wanted != found.field.type:
            params = {"label": found.field.labels, "given": wanted, "type": found.field.type}
            return Problem("field.type_fixed", params)
        one = changed_field(found.field, self.changes)
        if not one.labels:
            return Problem("field.no_label", {"key": one.key})
        wrong = wrong_settings(one) if "config" in self.changes else ()
        return wrong[0] if wrong else self._refusal(one, form, found) or replaced(form, found, one)

    def _refusal(self, one: Field, form: Form, found: Found) -> Problem | None:
        kind_of = field_type(one)
        if one.is_required and not kind_of.can_require:
            return Problem("field.cannot_require", {"label": one.labels})
        if one.is_unique and not (kind_of.can_be_unique and found.within is None):
            return Problem("field.cannot_be_unique", {"label": one.labels})
        if one.default is not None and not kind_of.can_default:
            return Problem("field.cannot_default", {"label": one.labels})
        return _taken(one, form, found) if "aliases" in self.changes else None

    def inverse(self, before: Form) -> Edit:
        found = find_field(before, self.field)
        if found is None:
            raise LookupError(self.field)
        return ChangeField(self.field, reversed_changes(found.field, self.changes))

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.field)


def changed_field(one: Field, changes: Mapping[str, Any]) -> Field:
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name in _PATCHED:
            values[name] = merged(getattr(one, name), value)
        elif name == "aliases":
            values[name] = tuple(value)
        elif name in _ATTRIBUTES:
            values[_ATTRIBUTES[name]] = value if isinstance(value, bool) else value or None
    return replace(one, **values)


def reversed_changes(one: Field, changes: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if name in _PATCHED:
            found[name] = reversed_patch(getattr(one, name), value)
        elif name in _ATTRIBUTES:
            before = getattr(one, _ATTRIBUTES[name])
            found[name] = list(before) if isinstance(before, tuple) else before
    return found


def _taken(one: Field, form: Form, found: Found) -> Problem | None:
    """Whether one of the field's names is another's."""
    others = [other for other in fields_of(form, found.within) if other.id != one.id]
    taken = {name for other in others for name in (other.key, *other.aliases)}
    for name in (one.key, *one.aliases):
        if name in taken:
            return Problem("field.key_twice", {"given": name})
    return Problem("field.key_reserved", {"given": one.key}) if one.key in RESERVED_KEYS else None


@dataclass(frozen=True, slots=True)
class RenameKey(Edit):
    """A new key for a field: a change of the API. The old key still finds it, until it is retired."""

    name = "rename_key"
    schema = shape(("field", "key"), field=ID, key=KEY, aliases={**ALIASES_OR_NONE, "minItems": 0})
    field: str
    key: str
    aliases: tuple[str, ...] | None = None  # None: the old ones and the old key

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> RenameKey | Problem:
        return cls(words["field"], words["key"], tuple(words["aliases"]) if "aliases" in words else None)

    def write(self) -> dict[str, Any]:
        aliases = None if self.aliases is None else list(self.aliases)
        return sparse(field=self.field, key=self.key, aliases=aliases)

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        one = found.field
        aliases = self.aliases
        if aliases is None:
            aliases = tuple(name for name in dict.fromkeys((*one.aliases, one.key)) if name != self.key)
        one = replace(one, key=self.key, aliases=aliases)
        return _taken(one, form, found) or replaced(form, found, one)

    def inverse(self, before: Form) -> Edit:
        found = find_field(before, self.field)
        if found is None:
            raise LookupError(self.field)
        return RenameKey(self.field, found.field.key, found.field.aliases)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.field)


@dataclass(frozen=True, slots=True)
class AddOption(Edit):
    """One more option of a choice field; its key comes from its label."""

    name = "add_option"
    schema = shape(("field", "option"), field=ID, option=OPTION, index=INDEX)
    field: str
    option: Option
    index: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> AddOption | Problem:
        return cls(words["field"], new_option(words["option"]), words.get("index"))

    def write(self) -> dict[str, Any]:
        return sparse(field=self.field, option=write_option(self.option), index=self.index)

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        options = inserted(found.field.options, self.index, self.option)
        return _with_options(form, found, options)

    def inverse(self, before: Form) -> Edit:
        return _options_as_before(before, self.field)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        return self.option.labels


def new_option(words: Mapping[str, Any]) -> Option:
    return read_option({"id": new_logical_id(), "key": "", **words})


def _with_options(form: Form, found: Found, options: tuple[Option, ...]) -> Form | Problem:
    """The form with these options of the field, keys made where there are none."""
    one = found.field
    if not field_type(one).has_options:
        return Problem("field.no_options_here", {"label": one.labels, "type": one.type})
    keyed: list[Option] = []
    for option in options:
        others = [*keyed, *(other for other in options if other.key and other.id != option.id)]
        keyed.append(option if option.key else replace(option, key=new_option_key(option.labels, others)))
    ids = [option.id for option in keyed]
    known = element_ids(form) - {option.id for option in one.options}
    twice = next((option for option in ids if option in known or ids.count(option) > 1), None)
    if twice is not None:
        return Problem("form.id_twice", {"given": twice})
    keys = [option.key for option in keyed]
    same = next((key for key in keys if keys.count(key) > 1), None)
    if same is not None:
        return Problem("choice.option_twice", {"given": same})
    return replaced(form, found, replace(one, options=tuple(keyed)))


def _options_as_before(before: Form, field_id: str) -> ChangeOptions:
    found = find_field(before, field_id)
    if found is None:
        raise LookupError(field_id)
    return ChangeOptions(field_id, found.field.options, is_exact=True)


@dataclass(frozen=True, slots=True)
class ChangeOptions(Edit):
    """The options of a choice field, in their order. One that is left out is retired, not lost:
    records may have it. `is_exact` (undo) really takes it away."""

    name = "change_options"
    schema = shape(("field", "options"), field=ID, options=OPTIONS, exact=FLAG)
    field: str
    options: tuple[Option, ...]
    is_exact: bool = False

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> ChangeOptions | Problem:
        options = tuple(new_option(one) for one in words["options"])
        return cls(words["field"], options, words.get("exact", False))

    def write(self) -> dict[str, Any]:
        options = [write_option(one) for one in self.options]
        return sparse(field=self.field, options=options, exact=self.is_exact or None)

    def apply(self, form: Form) -> Form | Problem:
        found = find_field(form, self.field)
        if found is None:
            return gone(self.field)
        kept = {option.id for option in self.options}
        left = () if self.is_exact else tuple(one for one in found.field.options if one.id not in kept)
        retired = tuple(replace(one, is_retired=True) for one in left)
        return _with_options(form, found, (*self.options, *retired))

    def inverse(self, before: Form) -> Edit:
        return _options_as_before(before, self.field)

    def touched(self) -> frozenset[str]:
        return frozenset({self.field})

    def subject(self, form: Form) -> Labels:
        return _labels_of(form, self.field)
