"""The JSON Schemas of what edits carry: a field, an option, a section, a rule, and patches of them.

In: nothing. Out: the constants below. The words are those of `builder.documents` without the `x-`.
"""

from __future__ import annotations

from typing import Any

from builder.edits.base import EXPRESSION, FLAG, ID, KEY, TEXTS
from builder.fields.options import COLORS

LABELS = {**TEXTS, "minProperties": 1}
COLOR = {"enum": list(COLORS)}
ICON = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,39}$"}
ALIASES = {"type": "array", "maxItems": 50, "items": KEY, "uniqueItems": True}
OPTION_KEY = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_+.-]{0,59}$|^$"}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


OPTION = _object({"id": ID, "key": OPTION_KEY, "labels": LABELS, "color": COLOR, "retired": FLAG}, ["labels"])
OPTIONS = {"type": "array", "maxItems": 500, "items": OPTION}
ROWS = {
    "type": "array",
    "maxItems": 500,
    "items": {"type": "array", "minItems": 1, "maxItems": 2, "items": ID},
}
SECTION = _object({"id": ID, "labels": TEXTS, "rows": ROWS, "folded": FLAG})
RULE_WORDS = {"refuse_when": EXPRESSION, "message": TEXTS, "field": {"type": ["string", "null"]}}
RULE = _object({"id": ID, **RULE_WORDS}, ["refuse_when", "message"])

_FIELD_WORDS: dict[str, Any] = {
    "labels": TEXTS,
    "help": TEXTS,
    "required": FLAG,
    "unique": FLAG,
    "default": EXPRESSION,
    "visible_when": EXPRESSION,
    "required_when": EXPRESSION,
    "readonly_when": EXPRESSION,
    "aliases": ALIASES,
    "config": {"type": "object", "maxProperties": 40},
}
FIELD = _object(
    {
        "id": ID,
        "key": {"type": "string", "pattern": "^([a-z][a-z0-9_]{0,39})?$"},
        "type": {"type": "string"},
        **_FIELD_WORDS,
        "labels": LABELS,
        "options": OPTIONS,
        "columns": {"type": "array", "maxItems": 100, "items": {"type": "object"}},
        "removed": {"type": "array", "maxItems": 1000, "items": {"type": "object"}},
    },
    ["labels"],
)
FIELD_CHANGES = {**_object({"type": {"type": "string"}, **_FIELD_WORDS})}
FORM_CHANGES = {
    **_object(
        {
            "labels": TEXTS,
            "key": KEY,
            "icon": ICON,
            "color": COLOR,
            "title": {"type": ["string", "null"], "maxLength": 16},
            "single": FLAG,
            "member_scope": {"enum": ["all", "own"]},
            "aliases": ALIASES,
        }
    ),
}
SECTION_CHANGES = {**_object({"labels": TEXTS, "folded": FLAG})}
RULE_CHANGES = {**_object(RULE_WORDS)}
