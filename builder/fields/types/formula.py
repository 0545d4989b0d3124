"""Formula: a value computed from the record, its lines and what it links to.

`result` and `format` say what the values are; `today` how a formula that depends on today is kept:
"live" (in every query) or "daily" (stored, computed again at midnight).
"""

from __future__ import annotations

from builder.fields.base import ExpressionSlot
from builder.fields.computed import RESULT_CONFIG, ComputedResult


class FormulaField(ComputedResult):
    key = "formula"
    icon = "math-function"
    config_schema = {
        "type": "object",
        "properties": {
            "expression": {"type": "string", "maxLength": 5000},
            **RESULT_CONFIG,
            "result_form": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
        },
        "required": ["expression"],
        "additionalProperties": False,
    }

    def expressions(self) -> tuple[ExpressionSlot, ...]:
        return (ExpressionSlot("expression", self.config.get("expression", ""), "formula", self.kind()),)
