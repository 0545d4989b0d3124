"""What a cell needs beside its value: the reader, names by id, addresses of records.

In: built once a page by a screen. Out: `CellWords`, `Cell`, the blank, and which columns are right-aligned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from builder.fields.computed import ComputedResult
from builder.fields.registry import field_type
from builder.forms import Field

Cell = Callable[[object], Markup]
BLANK = Markup('<span class="fl-empty-cell">—</span>')


@dataclass(frozen=True, slots=True)
class CellWords:
    """The reader (language, zone, now) and what ids are called on this page."""

    language: str
    zone: str
    now: datetime
    today: date
    member_name: Callable[[int], str] = str
    record_title: Callable[[str, int], str] = lambda _form, record: str(record)
    record_url: Callable[[str, int], str | None] = lambda _form, _record: None
    record_state: Callable[[str, int], str] = lambda _form, _record: "live"  # deleted: a tombstone; hidden
    outcomes: Callable[[str], tuple[str, ...]] = lambda _field: ()  # texts that a formula can only give


def is_numeric(one: Field) -> bool:
    """Numbers stand right, everything else left."""
    bound = field_type(one)
    kind = bound.inner.kind() if isinstance(bound, ComputedResult) else bound.kind()
    return kind.is_number
