"""Multiple choice: some of the field's options, kept in the order of the options."""

from __future__ import annotations

import re
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.options import choices_of, find_option, option_key, option_label, unknown_option
from builder.fields.schemas import nullable
from builder.fields.texts import clean_text, plain_text
from builder.problems import Problem, shown
from expressions.kinds import Kind, choice_of, list_of

_BETWEEN = re.compile(r"[,，、;；|\n]")
MOST = 200


class ChoicesField(FieldType):
    key = "choices"
    has_options = True
    icon = "checkbox"
    storage = "values"
    can_title = False
    config_schema = {
        "type": "object",
        "properties": {"most": {"type": "integer", "minimum": 1, "maximum": MOST}},
        "additionalProperties": False,
    }

    def kind(self) -> Kind:
        return list_of(choice_of(choices_of(self.field)))

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        given = self._parts(raw, context)
        if isinstance(given, Problem):
            return given
        found = set()
        for part in given:
            text = plain_text(part, context)
            option = find_option(self.field, text.strip()) if text is not None else None
            if option is None:
                return unknown_option(self.field, part, context.language)
            found.add(option.id)
        most = self.config.get("most", MOST)
        if len(found) > most:
            return Problem("choices.too_many", {"given": len(found), "most": most})
        return tuple(one.id for one in self.field.options if one.id in found)

    def _parts(self, raw: object, context: ParseContext) -> list[object] | Problem:
        """The single choices; a text is split unless the whole of it is one option's name."""
        if raw is None:
            return []
        if isinstance(raw, list | tuple | set | frozenset):
            if len(raw) > 10 * MOST:
                return Problem("choices.too_many", {"given": len(raw), "most": MOST})
            return [part for part in raw if part is not None and part != ""]
        given = plain_text(raw, context)
        if given is None:
            return Problem("choices.not_a_list", {"given": shown(raw)})
        text = clean_text(given, is_long=True)
        if text is None or isinstance(text, Problem):
            return text if isinstance(text, Problem) else []
        if find_option(self.field, text) is not None:
            return [text]
        return [part.strip() for part in _BETWEEN.split(text) if part.strip()]

    def json_schema(self) -> dict[str, Any]:
        keys = [one.key for one in self.field.options]
        words: dict[str, Any] = {"type": "array", "items": {"enum": keys}, "uniqueItems": True}
        words["maxItems"] = self.config.get("most", MOST)
        if self.field.is_required:
            words["minItems"] = 1
        return nullable(words, self.field)

    def to_json(self, value: Any) -> object:
        return [option_key(self.field, one) for one in value or ()]

    def to_text(self, value: Any, words: Wording) -> str:
        return "、".join(option_label(self.field, one, words.language) for one in value or ())
