"""Yes or no; blank when nobody said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.schemas import nullable
from builder.fields.texts import folded
from builder.problems import Problem, shown
from expressions.kinds import BOOL, Kind

YES = frozenset(["true", "yes", "y", "on", "1", "t", "是", "真", "对", "對", "有", "√", "✓", "✔", "☑"])
NO = frozenset(
    ["false", "no", "n", "off", "0", "f", "否", "假", "错", "錯", "无", "無", "×", "✗", "✘", "x", "☐"]
)
WORDS = {"zh-CN": ("是", "否"), "zh-TW": ("是", "否"), "en": ("Yes", "No")}


class YesNoField(FieldType):
    key = "yes_no"
    icon = "toggle-left"
    can_title = False
    config_schema = {"type": "object", "properties": {}, "additionalProperties": False}

    def kind(self) -> Kind:
        return BOOL

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or isinstance(raw, bool):
            return raw
        if isinstance(raw, int | float | Decimal) and raw in (0, 1):
            return raw == 1
        if isinstance(raw, str):
            word = folded(raw[:20])
            if not word:
                return None
            if word in YES or word in NO:
                return word in YES
        return Problem("yes_no.not_yes_no", {"given": shown(raw)})

    def json_schema(self) -> dict[str, Any]:
        return nullable({"type": "boolean"}, self.field)

    def to_json(self, value: Any) -> object:
        return value

    def to_text(self, value: Any, words: Wording) -> str:
        if value is None:
            return ""
        yes, no = WORDS.get(words.language, WORDS["en"])
        return yes if value else no
