"""Member: one person of the workspace, kept by the member's id."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Unresolved, Wording
from builder.fields.schemas import nullable, reference
from builder.fields.texts import clean_text, plain_text
from builder.ids import read_record_id, show_record_id
from builder.problems import Problem, shown
from expressions.kinds import USER, Kind


class MemberField(FieldType):
    key = "member"
    group = "people"
    icon = "user"
    config_schema = {"type": "object", "properties": {}, "additionalProperties": False}

    def kind(self) -> Kind:
        return USER

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or isinstance(raw, Unresolved):
            return raw
        if isinstance(raw, dict):
            raw = raw.get("id", raw.get("email", raw))
        if isinstance(raw, int) and not isinstance(raw, bool) and context.source != "sheet":
            return raw if 0 < raw < 2**63 else Problem("member.not_a_member", {"given": shown(raw)})
        given = plain_text(raw, context) if isinstance(raw, str | int | float | Decimal) else None
        if given is None:
            return Problem("member.not_a_member", {"given": shown(raw)})
        text = clean_text(given)
        if text is None or isinstance(text, Problem):
            return text
        number = read_record_id(text)
        if number is not None:
            return number
        return Unresolved("member", "email" if "@" in text else "name", text.lower() if "@" in text else text)

    def json_schema(self) -> dict[str, Any]:
        return nullable(reference("name", {"type": "string", "minLength": 1}), self.field)

    def to_json(self, value: Any) -> object:
        return None if value is None else {"id": show_record_id(value)}

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else words.member_name(value)
