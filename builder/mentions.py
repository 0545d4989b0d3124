"""Which ids an expression mentions, and every expression of a form with where it stands.

In: canonical texts (`{#field}`, `{@option}`) and forms. Out: `mentioned_ids`, `Text`, `texts_of_form`.
Used by moves, impact analysis and the form check. It needs no checking of the expression: it also
works on broken ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from builder.fields.base import Role
from builder.fields.registry import field_type
from builder.forms import Field, Form
from builder.pointers import Spot, pointer, spots
from expressions.kinds import BOOL, Kind

# Quoted text and comments first, so that what looks like an id inside them is passed over.
_TOKEN = re.compile(
    r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|//[^\n]*|/\*.*?\*/|[#@]([a-z][a-z0-9]{1,15})", re.DOTALL
)
CONDITIONS = {
    "visible_when": "x-visible-when",
    "required_when": "x-required-when",
    "readonly_when": "x-readonly-when",
}


@lru_cache(maxsize=4096)
def mentioned_ids(text: str) -> frozenset[str]:
    """The logical ids of fields, forms and options that a canonical text names."""
    return frozenset(match[1] for match in _TOKEN.finditer(text) if match[1])


@dataclass(frozen=True, slots=True)
class Text:
    """One expression: what it is for, where it stands, and in which form or subform it is read."""

    text: str
    path: str  # JSON pointer
    role: Role
    reading: str  # the id of the form or subform whose fields it sees
    field: Field | None = None  # whose expression it is; None for a validation
    expect: Kind | None = None
    parent: str | None = None  # a roll-up: the form that PARENT means


def texts_of_form(form: Form) -> Iterator[Text]:
    for spot in spots(form):
        yield from texts_of_spot(spot, spot.within.id if spot.within else form.id)
    for place, rule in enumerate(form.rules):
        yield Text(
            rule.refuse_when, pointer("x-rules", place, "refuse_when"), "condition", form.id, None, BOOL
        )


def texts_of_field(one: Field) -> Iterator[Text]:
    """The field's own expressions, and those of its columns."""
    yield from texts_of_spot(Spot(one, ""), "")
    for column in one.subform.fields if one.subform else ():
        yield from texts_of_spot(Spot(column, ""), one.id)


def texts_of_spot(spot: Spot, container: str) -> Iterator[Text]:
    one = spot.field
    kind_of = field_type(one)
    if one.default is not None:
        yield Text(one.default, spot.at("x-default"), "default", container, one, kind_of.kind())
    for name, word in CONDITIONS.items():
        text = getattr(one, name)
        if text is not None:
            yield Text(text, spot.at(word), "condition", container, one, BOOL)
    for slot in kind_of.expressions():
        if slot.text:
            path = spot.at("x-config", slot.setting)
            reading, parent = (slot.form, container) if slot.form is not None else (container, None)
            yield Text(slot.text, path, slot.role, reading, one, slot.expect, parent)
