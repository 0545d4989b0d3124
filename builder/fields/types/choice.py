"""Single choice: one of the field's options, kept by the option's id."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.options import choices_of, find_option, option_label, unknown_option
from builder.fields.schemas import nullable
from builder.fields.texts import clean_text, plain_text
from builder.problems import Problem
from expressions.kinds import Kind, choice_of


class ChoiceField(FieldType):
    key = "choice"
    has_options = True
    icon = "circle-dot"
    config_schema = {
        "type": "object",
        "properties": {"show": {"enum": ["list", "buttons"]}},
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return choice_of(choices_of(self.field))

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None:
            return None
        given = plain_text(raw, context)
        text = clean_text(given) if given is not None else None
        if isinstance(text, Problem) or (text is None and given is not None):
            return text
        option = find_option(self.field, text) if text is not None else None
        return option.id if option else unknown_option(self.field, raw, context.language)

    def json_schema(self) -> dict[str, Any]:
        return nullable({"type": "string", "enum": [one.key for one in self.field.options]}, self.field)

    def to_json(self, value: Any) -> object:
        return self._keys.get(value, value)

    @cached_property
    def _keys(self) -> dict[object, str]:
        return {one.id: one.key for one in self.field.options}

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else option_label(self.field, value, words.language)
