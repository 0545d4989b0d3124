"""Default values that are a fixed value: shown in a plain control, kept as an expression.

In: a field. Out: `fixed_default` what the control shows, or None where a formula gives the default;
`read_fixed` the expression of what was typed. Called by the property panel and its edits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from app.screens.designer.opening import Design
from builder.fields.base import FieldType
from builder.fields.numbers import number_text
from builder.fields.registry import field_type
from builder.forms import Field
from builder.problems import Problem
from expressions import check
from expressions.nodes import Const

CONTROLS: Mapping[str, str] = {
    "text": "line", "number": "amount", "bool": "yes_no", "date": "date", "choice": "option",
}  # fmt: skip


def control_of(one: Field) -> str | None:
    """The plain control for a fixed default; None where only a formula can give one."""
    return CONTROLS.get(field_type(one).kind().name)


def fixed_default(design: Design, one: Field, container: str) -> str | None:
    """The fixed value as its control has it; "" without a default; None when it is a formula."""
    if one.default is None:
        return ""
    kind = field_type(one).kind()
    if container not in design.world.forms or kind.name not in CONTROLS:
        return None
    node = check(one.default, design.world, container, expect=kind, role="default").node
    if not isinstance(node, Const) or node.value is None:
        return None
    value = node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return number_text(Decimal(value))
    return str(value)


def read_fixed(one: Field, given: str) -> str | Problem | None:
    """The expression that gives what was typed; None for nothing; a problem when it is no such value."""
    if not given.strip():
        return None
    kind_of = field_type(one)
    name = kind_of.kind().name
    if name == "choice" and any(option.id == given for option in one.options):
        return f"{{@{given}}}"
    value = kind_of.parse(given)
    if isinstance(value, Problem):
        return value
    return _WRITERS[name](kind_of, value)


def _text(_kind: FieldType, value: object) -> str:
    return '"' + str(value).replace('"', '""') + '"'


def _number(_kind: FieldType, value: object) -> str:
    return number_text(Decimal(str(value)))


def _bool(_kind: FieldType, value: object) -> str:
    return "TRUE" if value else "FALSE"


def _date(_kind: FieldType, value: object) -> str:
    return f"#{value}#"


def _choice(_kind: FieldType, value: object) -> str:
    return f"{{@{value}}}"


_WRITERS: Mapping[str, Callable[[FieldType, object], str]] = {
    "text": _text,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "choice": _choice,
}
