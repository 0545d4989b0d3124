"""What integer, number, money and percent share: digits, bounds, exact parsing, JSON by digits.

In: a field whose config may hold `min`, `max`, `digits`, `decimals`. Out: `NumericField`, their base.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.numbers import FLOAT_DIGITS, Reading, fit, json_number, number_text, read_number
from builder.fields.schemas import nullable
from builder.problems import Problem, shown
from expressions.kinds import MAX_DIGITS, Kind, number

BOUND = {"type": ["number", "string"], "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,6})?$"}
DIGITS = {"type": "integer", "minimum": 1, "maximum": MAX_DIGITS}
STRING_PATTERN = r"^-?[0-9]{1,18}(\.[0-9]+)?$"


class NumericField(FieldType):
    """A number of at most `digits` significant digits, kept with `scale` places (fixed by the type)."""

    scale: ClassVar[int]
    can_be_unique = True

    @cached_property
    def digits(self) -> int:
        return int(self.config.get("digits", FLOAT_DIGITS))

    def kind(self) -> Kind:
        return number(min(self.digits + self.scale, MAX_DIGITS), self.scale)

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        if raw is None or (isinstance(raw, str) and not raw.strip(" \t\n\r\u00a0\u3000")):
            return None
        reading = read_number(raw)
        if reading is None:
            return Problem("number.not_a_number", {"given": shown(raw)})
        return self._refusal(reading, raw) or self._fitted(reading, raw, context)

    def _refusal(self, reading: Reading, raw: object) -> Problem | None:  # noqa: ARG002 - for subclasses
        """Why a number written this way is not one for this type."""
        return None

    def _fitted(self, reading: Reading, raw: object, context: ParseContext) -> object | Problem:
        value = fit(reading, self.scale, self.digits, context, raw)
        if isinstance(value, Problem):
            return value
        least, most = self.bound("min"), self.bound("max")
        if least is not None and value < least:
            return Problem("number.beyond_min", {"given": shown(raw), "wanted": number_text(least)})
        if most is not None and value > most:
            return Problem("number.beyond_max", {"given": shown(raw), "wanted": number_text(most)})
        return int(value) if self.scale == 0 else value

    def bound(self, name: str) -> Decimal | None:
        reading = read_number(self.config.get(name))
        return reading.value if reading else None

    def check_config(self) -> tuple[Problem, ...]:
        least, most = self.bound("min"), self.bound("max")
        if least is not None and most is not None and least > most:
            params = {"min": number_text(least), "max": number_text(most)}
            return (Problem("config.min_above_max", params, field="max"),)
        return ()

    def json_schema(self) -> dict[str, Any]:
        if self.digits > FLOAT_DIGITS:
            words: dict[str, Any] = {"type": "string", "pattern": STRING_PATTERN}
        else:
            words = {"type": "integer" if self.scale == 0 else "number"}
            for name, word in (("min", "minimum"), ("max", "maximum")):
                limit = self.bound(name)
                if limit is not None:
                    words[word] = json_number(limit, FLOAT_DIGITS)
        words["x-scale"] = self.scale
        return nullable(words, self.field)

    def to_json(self, value: Any) -> object:
        return None if value is None else json_number(value, self.digits)

    def to_text(self, value: Any, words: Wording) -> str:  # noqa: ARG002 - plain digits in every language
        return "" if value is None else number_text(value, int(self.config.get("decimals", 0)))


def numeric_config(scale: int, **more: Any) -> dict[str, Any]:
    """The config schema of a numeric type: bounds, digits, decimals shown, and `more`."""
    properties: dict[str, Any] = {"min": BOUND, "max": BOUND}
    properties["digits"] = DIGITS
    if scale:
        properties["decimals"] = {"type": "integer", "minimum": 0, "maximum": scale}
    return {"type": "object", "properties": {**properties, **more}, "additionalProperties": False}
