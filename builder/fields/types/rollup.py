"""Roll-up: one figure over the records of another form (or lines of a subform) that link to this one.

`form` names them, `link` is their field that points here (without it: all of them, told apart by
`where` alone), `measure` the figure, `where` which of them count. PARENT is the record at hand.
"""

from __future__ import annotations

from builder.fields.base import ExpressionSlot
from builder.fields.computed import RESULT_CONFIG, ComputedResult
from expressions.kinds import BOOL


class RollupField(ComputedResult):
    key = "rollup"
    icon = "sum"
    can_be_column = False
    form_setting = "form"
    field_setting = "link"
    config_schema = {
        "type": "object",
        "properties": {
            "form": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
            "link": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
            "measure": {"type": "string", "maxLength": 5000},
            "where": {"type": "string", "maxLength": 5000},
            **RESULT_CONFIG,
            "result_form": {"type": "string", "pattern": "^[a-z][a-z0-9]{1,15}$"},
        },
        "required": ["form", "measure"],
        "additionalProperties": False,
    }

    def expressions(self) -> tuple[ExpressionSlot, ...]:
        form = self.config.get("form", "")
        found = [ExpressionSlot("measure", self.config.get("measure", ""), "measure", self.kind(), form)]
        if self.config.get("where"):
            found.append(ExpressionSlot("where", self.config["where"], "condition", BOOL, form))
        return tuple(found)
