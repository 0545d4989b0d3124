"""Serial number: given by the system when a record is created, by a pattern such as "OP-{YYYY}-{00000}".

The count begins again with the finest date part in the pattern. Gaps are lawful (docs/decisions). With
`editable` a number from outside (an order number of another system) is kept when one is given.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.schemas import read_only
from builder.fields.texts import clean_text, not_text, plain_text
from builder.forms import Field
from builder.problems import Problem
from expressions.kinds import TEXT, Kind

DEFAULT_PATTERN = "{000000}"
_PART = re.compile(r"\{([^{}]*)\}")
_DATE_PARTS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
_PERIODS = (("DD", "%Y%m%d"), ("MM", "%Y%m"), ("YYYY", "%Y"), ("YY", "%Y"))
MOST = 60


class SerialField(FieldType):
    key = "serial"
    icon = "hash"
    can_be_unique = True
    can_require = False
    can_default = False
    can_be_column = False
    config_schema = {
        "type": "object",
        "properties": {
            "pattern": {"type": "string", "minLength": 3, "maxLength": MOST},
            "editable": {"type": "boolean"},
        },
        "additionalProperties": False,
    }

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.is_computed = not self.config.get("editable", False)

    def kind(self) -> Kind:
        return TEXT

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None:
            return None
        given = plain_text(raw, context)
        if given is None:
            return not_text(raw)
        text = clean_text(given)
        if isinstance(text, str) and len(text) > 2 * MOST:
            return Problem("text.too_long", {"given": len(text), "most": 2 * MOST})
        return text

    def json_schema(self) -> dict[str, Any]:
        words: dict[str, Any] = {"type": ["string", "null"]}
        return read_only(words) if self.is_computed else words

    def to_json(self, value: Any) -> object:
        return value

    def to_text(self, value: Any, words: Wording) -> str:
        return value or ""

    def check_config(self) -> tuple[Problem, ...]:
        pattern = self.config.get("pattern", DEFAULT_PATTERN)
        parts = _PART.findall(pattern)
        unknown = [part for part in parts if part not in _DATE_PARTS and not _is_counter(part)]
        if unknown or "{" in _PART.sub("", pattern) or "}" in _PART.sub("", pattern):
            return (Problem("serial.unknown_part", {"given": unknown[0] if unknown else pattern}, "pattern"),)
        if sum(_is_counter(part) for part in parts) != 1:
            return (Problem("serial.one_counter", {"given": pattern}, "pattern"),)
        return ()


def _is_counter(part: str) -> bool:
    return 1 <= len(part) <= 12 and set(part) == {"0"}


def serial_period(pattern: str, day: date) -> str:
    """The name of the count that a number of this day belongs to; "" when it never begins again."""
    parts = _PART.findall(pattern)
    return next((day.strftime(form) for part, form in _PERIODS if part in parts), "")


def serial_text(pattern: str, day: date, number: int) -> str:
    """The serial of `number` in its period; a longer number than the pattern's zeros is not cut."""

    def write(match: re.Match[str]) -> str:
        part = match[1]
        return day.strftime(_DATE_PARTS[part]) if part in _DATE_PARTS else str(number).zfill(len(part))

    return _PART.sub(write, pattern)
