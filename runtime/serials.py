"""Serial numbers: given in order, unique under any number of writers; gaps only where a save failed.

In: a form and rows that are about to be inserted. Out: the rows with their numbers. Called by
`runtime.records` after everything else was found right, so that a refused record takes no number. The
counter's row is locked by taking from it, until the transaction ends (docs/decisions, "Locks").
A number that was given (an import keeps the numbers of the old system) is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from builder.fields.types.serial import DEFAULT_PATTERN, SerialField, serial_period, serial_text
from builder.forms import Field
from runtime import rows
from runtime.store import counter_rows

if TYPE_CHECKING:
    from runtime.catalogue import FormHandle
    from runtime.platform import Work

Row = dict[str, Any]


def serial_fields(form: FormHandle) -> tuple[Field, ...]:
    """The fields of a form that count by themselves."""
    return tuple(one for one in form.form.fields if isinstance(form.types[one.id], SerialField))


def number_rows(work: Work, form: FormHandle, found: Sequence[Row]) -> None:
    """Gives every row its serial numbers, in the order of the rows."""
    for field in serial_fields(form):
        pattern = str(field.config.get("pattern", DEFAULT_PATTERN))
        blank = [row for row in found if row.get(field.id) is None]
        given = [str(row[field.id]) for row in found if row.get(field.id) is not None]
        _pass_given(work, form, field, pattern, given)
        while blank:
            texts = _take(work, form, field, pattern, len(blank))
            taken = _already_used(work, form, field, texts)
            for text in texts:
                if text not in taken:
                    blank.pop(0)[field.id] = text


def _take(work: Work, form: FormHandle, field: Field, pattern: str, count: int) -> list[str]:
    period = serial_period(pattern, work.today)
    last = counter_rows.take(work.connection, work.workspace.id, form.number, field.id, period, count)
    return [serial_text(pattern, work.today, last - count + place) for place in range(1, count + 1)]


def _already_used(work: Work, form: FormHandle, field: Field, texts: list[str]) -> set[str]:
    """Numbers that somebody gave by hand. Asked only where the form keeps such numbers unique."""
    stored = form.tables.fields[field.id]
    if stored.unique_key is None:
        return set()
    return {str(value) for value in rows.used_values(work, form, field.id, texts)}


def _pass_given(work: Work, form: FormHandle, field: Field, pattern: str, given: Sequence[str]) -> None:
    """The count goes on after the greatest number that was given in the pattern of today's period."""
    numbers = [number for text in given if (number := read_serial(pattern, work.today, text)) is not None]
    if numbers:
        period = serial_period(pattern, work.today)
        counter_rows.pass_by(work.connection, work.workspace.id, form.number, field.id, period, max(numbers))


def read_serial(pattern: str, day: date, text: str) -> int | None:
    """The number in a serial of this day's period, or None when it is not one of the pattern."""
    marked = serial_text(pattern, day, 0)
    match = re.search(r"\{(0{1,12})\}", pattern)
    if match is None:
        return None
    before = serial_text(pattern[: match.start()], day, 0)
    after = marked[len(before) + len(match[1]) :]
    if not (text.startswith(before) and text.endswith(after)):
        return None
    digits = text[len(before) : len(text) - len(after)]
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) <= 15 else None
