"""Number: an exact decimal with up to 6 places, whatever number of them is shown."""

from __future__ import annotations

from builder.fields.numeric import NumericField, numeric_config


class NumberField(NumericField):
    key = "number"
    icon = "decimal"
    scale = 6
    config_schema = numeric_config(6)
