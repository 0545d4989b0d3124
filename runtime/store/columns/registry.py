"""The registry of columns: how each field type is kept, found by its key.

In: a field. Out: its `Storage`. Called by `physical.py`; a test holds that every field type is here.
Scales are fixed by type and apart from shown decimals (docs/decisions, "Numbers").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Boolean

from builder.fields.registry import field_type
from builder.forms import Field
from expressions.kinds import Kind
from runtime.store.columns.keys import sort_key, unique_key
from runtime.store.columns.moments import DateColumn, Instant
from runtime.store.columns.numbers import ScaledNumber
from runtime.store.columns.references import RecordId
from runtime.store.columns.storage import LINES, NOWHERE, Storage
from runtime.store.columns.texts import PlainText, Word

SHORT_TEXT = Storage("text", PlainText(), sort_key=sort_key, unique_key=unique_key)
LONG_TEXT = Storage("long_text", PlainText(), unique_key=unique_key)
FLAG = Storage("flag", Boolean(), unique_key=unique_key)
DAY = Storage("date", DateColumn(), unique_key=unique_key)
MOMENT = Storage("instant", Instant(), unique_key=unique_key)
OPTION = Storage("option", Word(), unique_key=unique_key)
OPTIONS = Storage("options", Word(), place="values")
MEMBER = Storage("member", RecordId, unique_key=unique_key)


def number(scale: int) -> Storage:
    return Storage(f"number:{scale}", ScaledNumber(scale), unique_key=unique_key)


def link(target: str | None) -> Storage:
    return Storage("link", RecordId, target_form=target, unique_key=unique_key)


BY_KIND: Mapping[str, Callable[[Kind], Storage]] = {
    "text": lambda _kind: SHORT_TEXT,
    "number": lambda kind: number(kind.scale),
    "bool": lambda _kind: FLAG,
    "date": lambda _kind: DAY,
    "datetime": lambda _kind: MOMENT,
    "choice": lambda _kind: OPTION,
    "user": lambda _kind: MEMBER,
    # A computed reference follows its source, deleted or not: no foreign key of its own.
    "record": lambda _kind: Storage("record", RecordId),
    "null": lambda _kind: LONG_TEXT,
}


def by_kind(kind: Kind) -> Storage:
    """How values of a kind are kept: what a computed field's result is."""
    found = BY_KIND.get(kind.name)
    if found is None:
        raise LookupError(f"no column holds values of kind {kind.name}")
    return found(kind)


def _of_kind(field: Field) -> Storage:
    return by_kind(field_type(field).kind())


COLUMNS: Mapping[str, Callable[[Field], Storage]] = MappingProxyType(
    {
        "text": lambda _field: SHORT_TEXT,
        "long_text": lambda _field: LONG_TEXT,
        "integer": _of_kind,
        "number": _of_kind,
        "money": _of_kind,
        "percent": _of_kind,
        "date": lambda _field: DAY,
        "datetime": lambda _field: MOMENT,
        "yes_no": lambda _field: FLAG,
        "choice": lambda _field: OPTION,
        "choices": lambda _field: OPTIONS,
        "serial": lambda _field: SHORT_TEXT,
        "member": lambda _field: MEMBER,
        "link": lambda field: link(field.config.get("form")),
        "subform": lambda _field: LINES,
        "rollup": _of_kind,
        "formula": _of_kind,
    }
)


def storage_of(field: Field) -> Storage:
    """The storage of a field; a type that we no longer know keeps its column but is not read."""
    found = COLUMNS.get(field.type)
    return found(field) if found is not None else NOWHERE
