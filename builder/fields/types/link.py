"""Link: one record of another form (or of this one); that record lists the ones which point to it.

`reverse`: the name of that list on the other side, by language.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Unresolved, Wording
from builder.fields.schemas import nullable, reference
from builder.fields.texts import clean_text, plain_text
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem, shown
from expressions.kinds import Kind, record_of

BY = {
    "type": "object",
    "properties": {
        "by": {
            "type": "object",
            "properties": {"field": {"type": "string"}, "value": True},
            "required": ["field", "value"],
        }
    },
    "required": ["by"],
}


class LinkField(FieldType):
    key = "link"
    group = "relations"
    icon = "link"
    form_setting = "form"
    config_schema = {
        "type": "object",
        "properties": {
            "form": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
            "reverse": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 200}},
        },
        "required": ["form"],
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return record_of(self.config.get("form", ""))

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or isinstance(raw, Unresolved):
            return raw
        if isinstance(raw, dict):
            by = raw.get("by")
            if isinstance(by, dict) and isinstance(by.get("field"), str) and "value" in by:
                return Unresolved("record", by["field"], by["value"])
            raw = raw.get("id", raw)
        if isinstance(raw, int) and not isinstance(raw, bool) and context.source != "sheet":
            return raw if 0 < raw < 2**63 else Problem("link.not_a_record", {"given": shown(raw)})
        given = plain_text(raw, context) if isinstance(raw, str | int | float | Decimal) else None
        if given is None:
            return Problem("link.not_a_record", {"given": shown(raw)})
        text = clean_text(given)
        if text is None or isinstance(text, Problem):
            return text
        number = read_record_id(text)
        return number if number is not None else Unresolved("record", "title", text)

    def json_schema(self) -> dict[str, Any]:
        return nullable(reference("title", BY, {"type": "string", "minLength": 1}), self.field)

    def to_json(self, value: Any) -> object:
        return None if value is None else {"id": show_record_id(value)}

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else words.record_title(self.config.get("form", ""), value)
