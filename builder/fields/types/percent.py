"""Percent: a share; 10 % is 0.1. Text with a percent sign is divided by 100, a bare number is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from builder.fields.base import Wording
from builder.fields.numbers import Reading, number_text
from builder.fields.numeric import NumericField, numeric_config
from builder.problems import Problem, shown


class PercentField(NumericField):
    key = "percent"
    icon = "percentage"
    scale = 6
    config_schema = numeric_config(6)

    def _refusal(self, reading: Reading, raw: object) -> Problem | None:
        return Problem("number.not_a_number", {"given": shown(raw)}) if reading.currencies else None

    def to_text(self, value: Any, words: Wording) -> str:
        if value is None:
            return ""
        return number_text(Decimal(value).scaleb(2), int(self.config.get("decimals", 0))) + "%"
