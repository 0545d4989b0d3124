"""Deltas: what cells were before, as JSON that loses nothing, and back.

In: strict values by field id. Out: JSON-able values, and strict values again. Used by
`runtime.changesets` (the `before` of a change) and by whoever keeps values of a record aside. Exact:
numbers travel as text, instants to the microsecond; the kind of the field decides on the way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from builder.fields.registry import field_type
from builder.forms import Field
from expressions.kinds import Kind


def write_value(value: object) -> Any:
    """A strict value → JSON."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: write_value(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [write_value(one) for one in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


def read_value(field: Field, written: Any) -> object:
    """JSON of `write_value` → the strict value of `field`."""
    if field.subform is not None:
        return tuple(_read_line(field, line) for line in written or ())
    return _read(field_type(field).kind(), written)


def _read_line(field: Field, line: Mapping[str, Any]) -> Mapping[str, object]:
    subform = field.subform
    columns = {one.id: one for one in (*subform.fields, *subform.removed)} if subform is not None else {}
    read = {key: read_value(columns[key], value) for key, value in line.items() if key in columns}
    read["id"] = int(line["id"])
    return read


def _read(kind: Kind, written: Any) -> object:
    if written is None:
        return None
    return READERS[kind.name](kind, written)


def _read_number(_kind: Kind, written: str) -> int | Decimal:
    return int(written) if written.lstrip("-").isdigit() else Decimal(written)


def _read_list(kind: Kind, written: list[Any]) -> tuple[object, ...]:
    item = kind.item or Kind("text")
    return tuple(_read(item, one) for one in written)


READERS: Mapping[str, Any] = {
    "text": lambda _kind, written: written,
    "choice": lambda _kind, written: written,
    "bool": lambda _kind, written: written,
    "number": _read_number,
    "date": lambda _kind, written: date.fromisoformat(written),
    "datetime": lambda _kind, written: datetime.fromisoformat(written).astimezone(UTC),
    "user": lambda _kind, written: int(written),
    "record": lambda _kind, written: int(written),
    "list": _read_list,
    "null": lambda _kind, written: written,
}
