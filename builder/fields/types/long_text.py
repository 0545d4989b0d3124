"""Long text: several lines, as typed."""

from __future__ import annotations

from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.schemas import nullable
from builder.fields.texts import MOST_CHARACTERS, clean_text, not_text, plain_text
from builder.problems import Problem
from expressions.kinds import TEXT, Kind

MOST = 20_000


class LongTextField(FieldType):
    key = "long_text"
    icon = "align-left"
    can_title = False
    config_schema = {
        "type": "object",
        "properties": {
            "max_length": {"type": "integer", "minimum": 1, "maximum": MOST_CHARACTERS},
            "lines": {"type": "integer", "minimum": 2, "maximum": 20},
        },
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return TEXT

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None:
            return None
        given = plain_text(raw, context)
        if given is None:
            return not_text(raw)
        text = clean_text(given, is_long=True)
        most = self.config.get("max_length", MOST)
        if isinstance(text, str) and len(text) > most:
            return Problem("text.too_long", {"given": len(text), "most": most})
        return text

    def json_schema(self) -> dict[str, Any]:
        most = self.config.get("max_length", MOST)
        return nullable({"type": "string", "minLength": 1, "maxLength": most}, self.field)

    def to_json(self, value: Any) -> object:
        return value

    def to_text(self, value: Any, words: Wording) -> str:
        return value or ""
