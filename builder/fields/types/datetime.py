"""Date and time: an instant, kept in UTC and shown in a zone."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.dates import instant_text, read_instant
from builder.fields.schemas import nullable
from builder.problems import Problem, shown
from expressions.kinds import DATETIME, Kind


class DateTimeField(FieldType):
    key = "datetime"
    icon = "calendar-clock"
    config_schema = {
        "type": "object",
        "properties": {"seconds": {"type": "boolean"}},
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return DATETIME

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        moment = read_instant(raw, context)
        return moment if moment is not None else Problem("datetime.not_a_datetime", {"given": shown(raw)})

    def json_schema(self) -> dict[str, Any]:
        return nullable({"type": "string", "format": "date-time"}, self.field)

    def to_json(self, value: Any) -> object:
        if value is None:
            return None
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return f"{moment.isoformat()[:-6]}Z"  # without +00:00

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else instant_text(value, words.zone)
