"""The cells, by field type. An explicit list: a type without a cell stops the registry test.

In: a field and the reader. Out: `cell_of`, `CELLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.cells.base import Cell, CellWords
from app.cells.choices import choice_cell, choices_cell
from app.cells.dates import date_cell, datetime_cell, yes_no_cell
from app.cells.numbers import money_cell, number_cell, percent_cell
from app.cells.relations import computed_cell, link_cell, member_cell, subform_cell
from app.cells.text import long_text_cell, serial_cell, text_cell, unknown_cell
from builder.forms import Field

Build = Callable[[Field, CellWords], Cell]


def _cells() -> Mapping[str, Build]:
    return CELLS


CELLS: dict[str, Build] = {
    "text": text_cell,
    "long_text": long_text_cell,
    "integer": number_cell,
    "number": number_cell,
    "money": money_cell,
    "percent": percent_cell,
    "date": date_cell,
    "datetime": datetime_cell,
    "yes_no": yes_no_cell,
    "choice": choice_cell,
    "choices": choices_cell,
    "serial": serial_cell,
    "member": member_cell,
    "link": link_cell,
    "subform": subform_cell,
    "rollup": computed_cell(_cells),
    "formula": computed_cell(_cells),
}


def cell_of(field: Field, words: CellWords) -> Cell:
    """The function that draws this field's values; built once a column."""
    return CELLS.get(field.type, unknown_cell)(field, words)
