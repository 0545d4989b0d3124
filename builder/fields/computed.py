"""What formula and roll-up share: a result that behaves like a field of the type it declares.

In: config `result` (a kind's name) with `format` for numbers. Out: `ComputedResult`, their base.
People never write these fields; parsing serves values that come back as JSON (history, undo).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from builder.fields.base import DEFAULT, FieldType, ParseContext, Wording
from builder.fields.lookup import type_of
from builder.fields.numeric import DIGITS, NumericField
from builder.fields.schemas import read_only
from builder.problems import Problem
from expressions.evaluation import ErrorValue
from expressions.kinds import Kind

# What a result behaves like: the key of a field type. A number has `format` say which.
NUMBER_FORMATS = ("number", "integer", "money", "percent")
RESULTS = {
    "text": "long_text", "number": "number", "bool": "yes_no", "date": "date", "datetime": "datetime",
    "user": "member", "record": "link",
}  # fmt: skip
TODAY = {"enum": ["live", "daily"]}
_PASSED_ON = ("decimals", "digits", "currency")
RESULT_CONFIG: dict[str, Any] = {
    "result": {"enum": list(RESULTS)},
    "format": {"enum": list(NUMBER_FORMATS)},
    "decimals": {"type": "integer", "minimum": 0, "maximum": 6},
    "digits": DIGITS,
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "today": TODAY,
}


class ComputedResult(FieldType):
    """A computed field. `inner` is the type that its values have."""

    group = "relations"
    is_computed = True
    can_require = False
    can_default = False

    @cached_property
    def inner(self) -> FieldType:
        result = self.config.get("result", "number")
        key = RESULTS.get(result, "long_text")
        if result == "number":
            key = self.config.get("format", "number")
        config = {name: self.config[name] for name in _PASSED_ON if name in self.config}
        if "result_form" in self.config:
            config["form"] = self.config["result_form"]
        return type_of(replace(self.field, type=key, config=config, is_required=False))

    def kind(self) -> Kind:
        return self.inner.kind()

    def parse(self, raw: object, context: ParseContext = DEFAULT) -> object | Problem:
        return self.inner.parse(raw, context)

    def json_schema(self) -> dict[str, Any]:
        words = read_only(self.inner.json_schema())
        if isinstance(self.inner, NumericField):  # exact to the last digit, even beyond 15 of them
            words["type"] = ["number", "string", "null"]
        return words

    def to_json(self, value: Any) -> object:
        """An error value (a division by zero) is null here; its text says which."""
        return None if isinstance(value, ErrorValue) else self.inner.to_json(value)

    def to_text(self, value: Any, words: Wording) -> str:
        return str(value.code) if isinstance(value, ErrorValue) else self.inner.to_text(value, words)

    def check_config(self) -> tuple[Problem, ...]:
        if "format" in self.config and self.config.get("result", "number") != "number":
            return (Problem("formula.format_without_number", {"given": self.config["format"]}, "format"),)
        return ()
