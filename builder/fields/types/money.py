"""Money: an exact amount in one currency, kept with 4 places."""

from __future__ import annotations

from typing import Any

from builder.fields.base import Wording
from builder.fields.numbers import Reading, number_text
from builder.fields.numeric import NumericField, numeric_config
from builder.problems import Problem, shown

DEFAULT_CURRENCY = "CNY"
SHOWN_DECIMALS = 2


class MoneyField(NumericField):
    key = "money"
    icon = "coin"
    scale = 4
    config_schema = numeric_config(4, currency={"type": "string", "pattern": "^[A-Z]{3}$"})

    def _refusal(self, reading: Reading, raw: object) -> Problem | None:
        currency = self.config.get("currency", DEFAULT_CURRENCY)
        if reading.is_percent:
            return Problem("number.not_a_number", {"given": shown(raw)})
        if reading.currencies and currency not in reading.currencies:
            return Problem("money.other_currency", {"given": shown(raw), "wanted": currency})
        return None

    def to_text(self, value: Any, words: Wording) -> str:
        return "" if value is None else number_text(value, int(self.config.get("decimals", SHOWN_DECIMALS)))
