"""How a field type reaches another (a subform its columns', a formula its result's) without knowing it.

In: the registry, which fills it on import. Out: `type_of(field)`. Used inside `builder.fields` only;
everybody else asks `builder.fields.registry`.
"""

from __future__ import annotations

from collections.abc import Mapping

from builder.fields.base import FieldType
from builder.forms import Field

_types: dict[str, type[FieldType]] = {}
_fallback: list[type[FieldType]] = []


def fill(types: Mapping[str, type[FieldType]], fallback: type[FieldType]) -> None:
    _types.update(types)
    _fallback[:] = [fallback]


def type_of(field: Field) -> FieldType:
    """The type of `field`, bound to it; one that nobody knows is shown and never lost."""
    return _types.get(field.type, _fallback[0])(field)
