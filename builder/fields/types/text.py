"""Text: one line, plain or with a format that is checked and brought to one spelling.

`format`: plain · phone · email · url · id_code (the unified social credit code of GB 32100-2015).
"""

from __future__ import annotations

from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.formats import FORMATS
from builder.fields.schemas import nullable
from builder.fields.texts import clean_text, not_text, plain_text
from builder.problems import Problem
from expressions.kinds import TEXT, Kind

MOST = 500


class TextField(FieldType):
    key = "text"
    icon = "typography"
    can_be_unique = True
    config_schema = {
        "type": "object",
        "properties": {
            "format": {"enum": list(FORMATS)},
            "max_length": {"type": "integer", "minimum": 1, "maximum": 4000},
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
        text = clean_text(given)
        if text is None or isinstance(text, Problem):
            return text
        found = FORMATS[self.config.get("format", "plain")].read(text)
        if isinstance(found, Problem):
            return found
        most = self.config.get("max_length", MOST)
        if len(found) > most:
            return Problem("text.too_long", {"given": len(found), "most": most})
        return found

    def json_schema(self) -> dict[str, Any]:
        words: dict[str, Any] = {"type": "string", "minLength": 1}
        words["maxLength"] = self.config.get("max_length", MOST)
        words.update(FORMATS[self.config.get("format", "plain")].schema)
        return nullable(words, self.field)

    def to_json(self, value: Any) -> object:
        return value

    def to_text(self, value: Any, words: Wording) -> str:
        return value or ""
