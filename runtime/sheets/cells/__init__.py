"""How a value of each field type stands in a spreadsheet cell.

In: a field and a strict value. Out: `cell_of`, `width_of`, `CELLS` (key → function). Called by
`runtime.exports` and the workbook of failed rows. A field type's key without an entry stops the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from builder.fields.base import Wording
from builder.fields.registry import field_type
from builder.forms import Field
from runtime.sheets.writing import Cell

CellOf = Callable[[Field, Any, Wording], Cell]


def text(field: Field, value: Any, words: Wording) -> Cell:
    """The value as people read it."""
    return Cell(field_type(field).to_text(value, words))


def figure(field: Field, value: Any, _words: Wording) -> Cell:
    """A number, shown with as many decimals as the field shows."""
    decimals = field.config.get("decimals")
    places = 2 if field.type == "money" and decimals is None else decimals
    pattern = "#,##0" + ("." + "0" * places if places else "") if isinstance(places, int) else "General"
    return Cell(value, pattern)


def share(field: Field, value: Any, _words: Wording) -> Cell:
    """A fraction shown as a percentage."""
    places = field.config.get("decimals", 0)
    return Cell(value, "0" + ("." + "0" * places if places else "") + "%")


def day(_field: Field, value: Any, _words: Wording) -> Cell:
    return Cell(value, "yyyy-mm-dd")


def moment(_field: Field, value: Any, words: Wording) -> Cell:
    """An instant on the reader's clock; a spreadsheet knows no zones."""
    local = value.astimezone(ZoneInfo(words.zone)).replace(tzinfo=None)
    return Cell(local, "yyyy-mm-dd hh:mm")


def truth(_field: Field, value: Any, _words: Wording) -> Cell:
    return Cell(value)


def computed(field: Field, value: Any, words: Wording) -> Cell:
    """A formula or roll-up: by what its value is, as the config tells to show it."""
    if isinstance(value, bool):
        return truth(field, value, words)
    if isinstance(value, int | Decimal) and field_type(field).kind().is_number:
        return (
            share(field, value, words)
            if field.config.get("format") == "percent"
            else figure(field, value, words)
        )
    if isinstance(value, datetime):
        return moment(field, value if value.tzinfo else value.replace(tzinfo=UTC), words)
    if isinstance(value, date):
        return day(field, value, words)
    return text(field, value, words)


CELLS: Mapping[str, CellOf] = {
    "text": text,
    "long_text": text,
    "integer": figure,
    "number": figure,
    "money": figure,
    "percent": share,
    "date": day,
    "datetime": moment,
    "yes_no": truth,
    "choice": text,
    "choices": text,
    "member": text,
    "link": text,
    "subform": text,
    "rollup": computed,
    "formula": computed,
    "serial": text,
}
_WIDTHS: Mapping[str, int] = {
    "long_text": 40,
    "subform": 40,
    "text": 24,
    "link": 24,
    "datetime": 17,
    "yes_no": 8,
}


def cell_of(field: Field, value: Any, words: Wording) -> Cell:
    """The cell of one value; blank stays empty. Raises `KeyError` for an unknown field type."""
    if value is None or value == "" or value == ():
        return Cell(None)
    return CELLS[field.type](field, value, words)


def width_of(field: Field) -> int:
    """A column width in characters that shows usual values whole."""
    return _WIDTHS.get(field.type, 14)
