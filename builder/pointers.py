"""Where something stands in a form's document: JSON pointers (RFC 6901), and the way to every field.

In: a `Form`. Out: `pointer`, `Spot`, `spots`. Used by the checks, the impact list and the designer
(which finds the field to select by the `Spot` of a problem's pointer).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from builder.forms import Field, Form


def pointer(*parts: str | int) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


@dataclass(frozen=True, slots=True)
class Spot:
    """A field and where it stands; `within` is the subform's field when it is a column."""

    field: Field
    path: str
    within: Field | None = None

    def at(self, *parts: str | int) -> str:
        return self.path + pointer(*parts)


def spots(form: Form) -> Iterator[Spot]:
    """Every live field and column of the form, in the order of the document."""
    for one in form.fields:
        path = pointer("properties", one.key)
        yield Spot(one, path)
        for column in one.subform.fields if one.subform else ():
            yield Spot(column, path + pointer("items", "properties", column.key), one)


def removed_spots(form: Form) -> Iterator[Spot]:
    for place, one in enumerate(form.removed):
        yield Spot(one, pointer("x-removed", place))
    for one in form.fields:
        path = pointer("properties", one.key, "items", "x-removed")
        for place, column in enumerate(one.subform.removed if one.subform else ()):
            yield Spot(column, path + pointer(place), one)


def find_spot(form: Form, path: str) -> Spot | None:
    """The field that a problem's pointer is about."""
    best: Spot | None = None
    for spot in (*spots(form), *removed_spots(form)):
        is_inside = path == spot.path or path.startswith(spot.path + "/")
        if is_inside and (best is None or len(spot.path) > len(best.path)):
            best = spot
    return best
