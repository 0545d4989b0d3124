"""The columns that a list may show: the form's fields and those that the system keeps.

In: an opened form. Out: `ListedField`, `listed_field` by id or key, `listed_fields`, `title_first`. Called by
the list's state, its grid and the filter builder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from builder.fields.computed import ComputedResult
from builder.fields.registry import field_type
from builder.fields.types.formula import FormulaField
from builder.forms import SYSTEM_FIELDS, Field
from builder.world import SYSTEM_INFOS
from expressions.kinds import Kind
from runtime.catalogue import FormHandle

SYSTEM_TYPES = {"datetime": "datetime", "user": "member"}
SYSTEM_LISTED = {
    info.key: Field(info.key, info.key, SYSTEM_TYPES[info.kind.name], dict(info.labels))
    for info in SYSTEM_INFOS
    if info.key in SYSTEM_FIELDS
}


@dataclass(frozen=True, slots=True)
class ListedField:
    """A field as a column: system fields look like any other."""

    field: Field
    icon: str
    kind: Kind
    is_system: bool
    is_computed: bool
    is_sortable: bool
    is_formula: bool = False

    @property
    def id(self) -> str:
        return self.field.id

    @property
    def shown_type(self) -> str:
        """What its values look like: a computed field is what it gives."""
        bound = field_type(self.field)
        return bound.inner.key if isinstance(bound, ComputedResult) else bound.key

    def label(self, language: str) -> str:
        return self.field.label(language)


# A form that is published anew is another handle; the old one goes, and what is known of it.
_known: WeakKeyDictionary[FormHandle, dict[str, ListedField | None]] = WeakKeyDictionary()


def listed_field(form: FormHandle, name: str) -> ListedField | None:
    """By id or key; system fields by their names."""
    known = _known.setdefault(form, {})
    if name not in known:
        known[name] = _listed(form, name)
    return known[name]


def _listed(form: FormHandle, name: str) -> ListedField | None:
    own = form.form.by_id.get(name) or form.form.by_key.get(name)
    if own is not None:
        return _own(own, is_stored=own.id in form.tables.columns)
    system = SYSTEM_LISTED.get(name)
    return _system(system) if system is not None else None


def listed_fields(form: FormHandle) -> tuple[ListedField, ...]:
    """Every one, the form's own in their order first."""
    own = [_own(one, is_stored=one.id in form.tables.columns) for one in form.form.fields]
    return (*own, *map(_system, SYSTEM_LISTED.values()))


def _own(one: Field, *, is_stored: bool) -> ListedField:
    bound = field_type(one)
    kind = bound.kind()
    is_sortable = is_stored and not kind.is_list
    is_formula = isinstance(bound, FormulaField)
    return ListedField(one, bound.icon, kind, False, bound.is_computed, is_sortable, is_formula)


def _system(one: Field) -> ListedField:
    bound = field_type(one)
    return ListedField(one, "user" if one.type == "member" else "clock", bound.kind(), True, False, True)


def title_first(form: FormHandle, columns: Sequence[str]) -> tuple[str, ...]:
    """The field that names a record leads; each column once."""
    title = form.form.title
    first = [title] if title in form.form.by_id else []
    return tuple(dict.fromkeys([*first, *columns]))  # type: ignore[list-item]  # a title that is there is text
