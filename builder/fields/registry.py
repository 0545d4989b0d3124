"""The field types, in the order of the palette. Adding one: its module, then one line here.

In: nothing. Out: `FIELD_TYPES`, `field_type(field)`, `get_type(key)`. A duplicate key stops the
import; an unknown key raises its name; a stored field of a type we no longer know is an
`UnknownField`: shown, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from builder.fields import lookup
from builder.fields.base import FieldType
from builder.fields.types.choice import ChoiceField
from builder.fields.types.choices import ChoicesField
from builder.fields.types.date import DateField
from builder.fields.types.datetime import DateTimeField
from builder.fields.types.formula import FormulaField
from builder.fields.types.integer import IntegerField
from builder.fields.types.link import LinkField
from builder.fields.types.long_text import LongTextField
from builder.fields.types.member import MemberField
from builder.fields.types.money import MoneyField
from builder.fields.types.number import NumberField
from builder.fields.types.percent import PercentField
from builder.fields.types.rollup import RollupField
from builder.fields.types.serial import SerialField
from builder.fields.types.subform import SubformField
from builder.fields.types.text import TextField
from builder.fields.types.unknown import UnknownField
from builder.fields.types.yes_no import YesNoField
from builder.forms import Field

FIELD_TYPES: tuple[type[FieldType], ...] = (
    TextField,
    LongTextField,
    IntegerField,
    NumberField,
    MoneyField,
    PercentField,
    DateField,
    DateTimeField,
    YesNoField,
    ChoiceField,
    ChoicesField,
    SerialField,
    MemberField,
    LinkField,
    SubformField,
    RollupField,
    FormulaField,
)


class UnknownFieldTypeError(LookupError):
    """No field type has this key."""


class DuplicateFieldTypeError(ValueError):
    """Two field types have this key."""


def by_key(types: tuple[type[FieldType], ...]) -> Mapping[str, type[FieldType]]:
    found: dict[str, type[FieldType]] = {}
    for one in types:
        if one.key in found:
            raise DuplicateFieldTypeError(one.key)
        found[one.key] = one
    return MappingProxyType(found)


BY_KEY = by_key(FIELD_TYPES)
lookup.fill(BY_KEY, UnknownField)


def get_type(key: str) -> type[FieldType]:
    found = BY_KEY.get(key)
    if found is None:
        raise UnknownFieldTypeError(key)
    return found


def field_type(field: Field) -> FieldType:
    """The type of `field`, bound to it."""
    return lookup.type_of(field)
