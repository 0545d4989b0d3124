"""Writes rows as xlsx or csv, inert: no text of ours is ever a formula.

In: column heads and rows of `Cell`. Out: a file. Called by runtime.exports and for the workbook of
failed rows of an import. Rows are streamed; memory does not grow with them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from runtime.sheets.inert import guarded, storable

Plain = str | int | bool | Decimal | date | datetime | None
EXACT_DIGITS = 15  # beyond these a spreadsheet rounds: then the figure is written as text
_HEAD_FONT = Font(bold=True)
_HEAD_FILL = PatternFill("solid", fgColor="FFEEF1FB")
_BAD_FILL = PatternFill("solid", fgColor="FFFDE8E8")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, how a workbook shows it, and whether to mark it as wrong."""

    value: Plain
    number_format: str | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A head and a width in characters."""

    head: str
    width: int = 16


def write_xlsx(
    target: Path, sheet_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]
) -> int:
    """Writes the workbook; answers how many rows it holds."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(storable(_sheet_title(sheet_name)))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_head(sheet, column.head) for column in columns])
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])
        count += 1
    book.save(target)
    return count


def _sheet_title(name: str) -> str:
    return "".join("_" if sign in "[]:*?/\\" else sign for sign in name)[:31] or "Sheet1"


def _head(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _text(sheet, text)
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell


def _cell(sheet: Any, cell: Cell) -> WriteOnlyCell | None:
    value = cell.value
    if value is None and not cell.is_marked:
        return None
    if isinstance(value, str):
        made = _text(sheet, value)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool) and _digits(value) > EXACT_DIGITS:
        made = _text(sheet, format(value, "f") if isinstance(value, Decimal) else str(value))
    else:
        made = WriteOnlyCell(sheet, value=value)
        if cell.number_format:
            made.number_format = cell.number_format
    if cell.is_marked:
        made.fill = _BAD_FILL
    return made


def _text(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=storable(text))
    cell.data_type = "s"  # openpyxl takes a text that starts with "=" for a formula
    return cell


def _digits(number: int | Decimal) -> int:
    return len(Decimal(number).normalize().as_tuple().digits)


def write_csv(target: IO[str], columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
    """Writes the rows to an open text file (UTF-8 with a mark, so that Excel reads it)."""
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([guarded(column.head) for column in columns])
    count = 0
    for row in rows:
        writer.writerow([_plain(cell.value) for cell in row])
        count += 1
    return count


def _plain(value: Plain) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value.replace("\x00", ""))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)
