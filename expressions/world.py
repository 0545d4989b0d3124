"""The world an expression is read in: which forms and fields there are, by id and by name.

In: built by `builder.world` from form versions (or by tests by hand). Out: `World`, `FormInfo`,
`FieldInfo`. Used by the resolver, the checker, the printer and completion. Pure data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from expressions.kinds import Kind


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field as the language sees it. A subform is a field of kind list of record."""

    id: str
    key: str
    kind: Kind
    labels: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()  # former keys, still accepted
    is_today_dependent: bool = False  # a live field, or a formula that reads one
    is_link: bool = False  # to-one: `x.y` follows it


@dataclass(frozen=True, slots=True)
class FormInfo:
    """A form, or a subform (then `parent` is the id of the form that contains it)."""

    id: str
    key: str
    labels: tuple[tuple[str, str], ...] = ()
    fields: tuple[FieldInfo, ...] = ()
    is_single: bool = False  # a single-record form: may be named in any expression
    parent: str | None = None
    by_id: Mapping[str, FieldInfo] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in self.fields})


@dataclass(frozen=True, slots=True)
class World:
    """All forms and subforms of one app, by id. Names are looked up through `find_form`."""

    forms: Mapping[str, FormInfo]

    @classmethod
    def of(cls, forms: Iterable[FormInfo]) -> World:
        return cls({form.id: form for form in forms})

    def get(self, form_id: str) -> FormInfo:
        """The form; raises `KeyError` when there is none."""
        return self.forms[form_id]
