"""A field's config against its type: by the type's own JSON Schema, then by `check_config`.

In: a `Field`. Out: problems whose pointer is below the field: "/x-config/max". `check_settings` is
called by `builder.structure`, `wrong_settings` by edits.
"""

from __future__ import annotations

from builder.fields.lookup import type_of
from builder.forms import Field
from builder.problems import Problem
from builder.shapes import check_shape


def check_settings(field: Field) -> tuple[Problem, ...]:
    kind_of = type_of(field)
    found = check_shape(kind_of.config_schema, dict(field.config), "/x-config")
    if found:
        return found
    return tuple(one.at(f"/x-config/{one.field or ''}".rstrip("/")) for one in kind_of.check_config())


def wrong_settings(field: Field) -> tuple[Problem, ...]:
    """What not even a draft may hold; settings that are still missing may come later."""
    found = check_shape(type_of(field).config_schema, dict(field.config), "/config")
    return tuple(one for one in found if one.code != "definition.missing")
