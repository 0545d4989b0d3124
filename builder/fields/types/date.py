"""Date: a day without a zone."""

from __future__ import annotations

from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.dates import read_date
from builder.fields.schemas import nullable
from builder.problems import Problem, shown
from expressions.kinds import DATE, Kind


class DateField(FieldType):
    key = "date"
    icon = "calendar"
    can_be_unique = True
    config_schema = {"type": "object", "properties": {}, "additionalProperties": False}

    def kind(self) -> Kind:
        return DATE

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        day = read_date(raw, context)
        return day if day is not None else Problem("date.not_a_date", {"given": shown(raw)})

    def json_schema(self) -> dict[str, Any]:
        return nullable({"type": "string", "format": "date"}, self.field)

    def to_json(self, value: Any) -> object:
        return None if value is None else value.isoformat()

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else value.isoformat()
