"""A stored field whose type this version does not know: its values are shown as text, and never lost."""

from __future__ import annotations

from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.problems import Problem
from expressions.kinds import TEXT, Kind


class UnknownField(FieldType):
    key = "unknown"
    icon = "question-mark"
    is_computed = True
    storage = "none"
    can_title = False
    can_require = False
    can_default = False
    config_schema = {"type": "object"}

    def kind(self) -> Kind:
        return TEXT

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        return Problem("field.unknown_type", {"given": self.field.type})

    def json_schema(self) -> dict[str, Any]:
        return {"readOnly": True}

    def to_json(self, value: Any) -> object:
        return value

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else str(value)
