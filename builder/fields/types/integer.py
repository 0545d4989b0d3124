"""Integer: a whole number."""

from __future__ import annotations

from builder.fields.numbers import Reading, plain
from builder.fields.numeric import NumericField, numeric_config
from builder.problems import Problem, shown


class IntegerField(NumericField):
    key = "integer"
    icon = "number-123"
    scale = 0
    config_schema = numeric_config(0)

    def _refusal(self, reading: Reading, raw: object) -> Problem | None:
        if reading.is_percent or plain(reading.value).as_tuple().exponent != 0:
            return Problem("number.not_whole", {"given": shown(raw)})
        return None
